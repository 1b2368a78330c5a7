# The network itself, in a page that opens from disk.
#
# needs: results/models/{model}/{weights.safetensors,summary.json}, results/corpus/vocab.json, and of every passage
#        results/states/{model}/{passage}.parquet and results/orders/{model}/{passage}/{strategy}.parquet
# makes: results/explorer/{model}.html


localrules:
    explore,


rule explore:
    """A trained network in one page: to read along the passages, to write to, to ask, and to take a case from."""
    input:
        weights="results/models/{model}/weights.safetensors",
        summary="results/models/{model}/summary.json",
        vocab="results/corpus/vocab.json",
        states=states_of_every_passage,
        orders=orders_of_every_passage,
    output:
        page="results/explorer/{model}.html",
    log:
        "results/logs/explore/{model}.log",
    benchmark:
        "results/benchmarks/explore/{model}.tsv"
    conda:
        environment("torch.yaml")
    resources:
        mem_mb=2000,
        runtime=5,
    params:
        corpus=corpus_in_words,
        orders=as_json(list(CONFIG.orders)),  # in another order, inputs count as the same
        passages=as_json(list(CONFIG.passages)),
        styles=styles_json,
        print=as_json(CONFIG.print.model_dump(include={"cell", "dpi"})),
        code=code("explore.py"),
        script=path_of("explore.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --summary {input.summary:q} --vocab {input.vocab:q}"
        " --states {input.states:q} --orders {input.orders:q} --styles {params.styles:q} --print {params.print:q}"
        " --corpus {params.corpus:q} --out {output.page:q} --log {log:q}"


rule explorers:
    """The page of every model."""
    input:
        expand("results/explorer/{model}.html", model=CONFIG.model),
