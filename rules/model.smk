# The network: 128 bits of memory, trained to predict the next character, and its states along a passage.
#
# needs: results/corpus/{train.txt,validation.txt,vocab.json,kjv.tsv}
# makes: results/models/{model}/{weights.safetensors,history.parquet,summary.json,learning_curve.{png,svg}}
#        results/states/{model}/{passage}.parquet, and results/states/own/{name}.parquet from your own files
#        results/orders/{model}/{passage}/{strategy}.safetensors, on request


localrules:
    learning_curve,
    import_states,


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


rule extract_states:
    """Feed a passage to a trained model and keep every state, with the bits paid for each character."""
    input:
        weights="results/models/{model}/weights.safetensors",
        vocab="results/corpus/vocab.json",
        kjv="results/corpus/kjv.tsv",
    output:
        states="results/states/{model}/{passage}.parquet",
    log:
        "results/logs/extract_states/{model}/{passage}.log",
    benchmark:
        "results/benchmarks/extract_states/{model}/{passage}.tsv"
    conda:
        "../envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        reference=reference,
        code=code("extract_states.py"),
        script=path_of("extract_states.py"),
    shell:
        "python {params.script} --weights {input.weights} --vocab {input.vocab} --kjv {input.kjv}"
        " --model {wildcards.model} --passage {wildcards.passage} --reference {params.reference:q}"
        " --out {output.states} --log {log}"


rule import_states:
    """States from a file of your own, in the form that the orders and pictures are made from."""
    input:
        file=own_states_file,
    output:
        states="results/states/own/{passage}.parquet",
    log:
        "results/logs/import_states/{passage}.log",
    benchmark:
        "results/benchmarks/import_states/{passage}.tsv"
    conda:
        "../envs/art.yaml"
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        settings=own_states_json,
        code=code("import_states.py"),
        script=path_of("import_states.py"),
    shell:
        "python {params.script} --settings {params.settings:q} --passage {wildcards.passage}"
        " --out {output.states} --log {log}"


ruleorder: import_states > extract_states


rule permute_model:
    """On request: the network itself in the order of a picture, so that the picture is its states."""
    input:
        weights="results/models/{model}/weights.safetensors",
        order="results/orders/{model}/{passage}/{strategy}.parquet",
    output:
        weights="results/orders/{model}/{passage}/{strategy}.safetensors",
    log:
        "results/logs/permute_model/{model}/{passage}/{strategy}.log",
    benchmark:
        "results/benchmarks/permute_model/{model}/{passage}/{strategy}.tsv"
    conda:
        "../envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("permute_model.py"),
        script=path_of("permute_model.py"),
    shell:
        "python {params.script} --weights {input.weights} --order {input.order} --out {output.weights} --log {log}"


rule learning_curves:
    """The learning curve of every configured model."""
    input:
        expand("results/models/{model}/learning_curve.png", model=CONFIG.model),
