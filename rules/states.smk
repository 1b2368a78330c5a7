# What the network remembers: its states along a passage, or a grid of your own.
#
# needs: results/models/{model}/weights.safetensors, results/corpus/{vocab.json,kjv.tsv}, the files of own words
# makes: results/states/{model}/{passage}.parquet, and results/states/own/{name}.parquet from your own files


localrules:
    import_states,


rule extract_states:
    """Feed a passage to a trained model and keep every state, with the bits paid for each character."""
    input:
        weights="results/models/{model}/weights.safetensors",
        vocab="results/corpus/vocab.json",
        table=TABLE,
        words=own_words_file,
    output:
        states="results/states/{model}/{passage}.parquet",
    log:
        "results/logs/extract_states/{model}/{passage}.log",
    benchmark:
        "results/benchmarks/extract_states/{model}/{passage}.tsv"
    wildcard_constraints:
        model=f"(?!{MODEL}/){MEMBER}",  # import_states makes those, or says what is missing
    conda:
        environment("torch.yaml")
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        reference=reference,
        words=own_words_content,
        code=code("extract_states.py"),
        script=path_of("extract_states.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --vocab {input.vocab:q} --table {input.table:q}"
        " --model {wildcards.model} --passage {wildcards.passage} --reference {params.reference:q}"
        " --out {output.states:q} --log {log:q}"


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
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        settings=own_states_json,
        content=own_states_content,
        code=code("import_states.py"),
        script=path_of("import_states.py"),
    shell:
        "python {params.script:q} --settings {params.settings:q} --passage {wildcards.passage}"
        " --out {output.states:q} --log {log:q}"


rule states:
    """The states of every model along every passage, and your own."""
    input:
        for_every_grid("results/states/{model}/{passage}.parquet"),
