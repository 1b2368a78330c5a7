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
        "../envs/torch.yaml"
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
        "python {params.script} --train {input.train} --validation {input.validation} --vocab {input.vocab}"
        " --settings {params.settings:q} --device {params.device} --threads {threads}"
        " --weights {output.weights} --history {output.history} --summary {output.summary}"
        " {params.tensorboard} --log {log}"


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
        "../envs/art.yaml"
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=code("learning_curve.py"),
        script=path_of("learning_curve.py"),
    shell:
        "python {params.script} --history {input.history} --png {output.png} --svg {output.svg} --log {log}"


rule learning_curves:
    """The learning curve of every configured model."""
    input:
        expand("results/models/{model}/learning_curve.png", model=CONFIG.model),
