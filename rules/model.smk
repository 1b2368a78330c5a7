# The network: 128 bits of memory, trained to predict the next character.
#
# needs: results/corpus/{train.txt,validation.txt,vocab.json}
# makes: results/models/{model}/{weights.safetensors,history.parquet,summary.json,learning_curve.{png,svg}}


localrules:
    learning_curve,


rule train:
    """Train a model by its recipe; resumes from its last checkpoint when it was interrupted."""
    input:
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        vocab="results/corpus/vocab.json",
    output:
        weights="results/models/{model}/weights.safetensors",
        history="results/models/{model}/history.parquet",
        summary="results/models/{model}/summary.json",
    log:
        "results/logs/train/{model}.log",
    benchmark:
        "results/benchmarks/train/{model}.tsv"
    conda:
        environment("torch.yaml")
    threads: 4
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        settings=recipe_json,
        code=code("train.py"),
        script=path_of("train.py"),
        device=device,
        tensorboard=tensorboard,
    shell:
        "python {params.script:q} --train {input.train:q} --validation {input.validation:q} --vocab {input.vocab:q}"
        " --settings {params.settings:q} --device {params.device:q} --threads {threads}"
        " --weights {output.weights:q} --history {output.history:q} --summary {output.summary:q}"
        " {params.tensorboard} --code {params.code:q} --log {log:q}"


rule learning_curve:
    """How training went: bits per character against characters read and against time."""
    input:
        history="results/models/{model}/history.parquet",
    output:
        png=report(
            "results/models/{model}/learning_curve.png",
            caption="../docs/report/learning_curve.rst",
            category="Models",
            labels={"model": "{model}", "figure": "learning curve", "form": "PNG"},
        ),
        svg=report(
            "results/models/{model}/learning_curve.svg",
            caption="../docs/report/learning_curve.rst",
            category="Models",
            labels={"model": "{model}", "figure": "learning curve", "form": "SVG"},
        ),
    log:
        "results/logs/learning_curve/{model}.log",
    benchmark:
        "results/benchmarks/learning_curve/{model}.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=code("learning_curve.py"),
        script=path_of("learning_curve.py"),
    shell:
        "python {params.script:q} --history {input.history:q} --png {output.png:q} --svg {output.svg:q} --log {log:q}"


rule models:
    """Every chosen model, with how its training went."""
    input:
        expand(
            "results/models/{model}/{file}",
            model=CONFIG.model,
            file=[
                "weights.safetensors",
                "history.parquet",
                "summary.json",
                "learning_curve.png",
                "learning_curve.svg",
            ],
        ),
