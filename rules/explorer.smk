# The network itself, in a page that opens from disk, and the gallery.
#
# needs: results/models/{model}/{weights.safetensors,summary.json}, results/corpus/vocab.json, and of every passage
#        results/states/{model}/{passage}.parquet and results/orders/{model}/{passage}/{strategy}.parquet
#        results/insight/{model}/{units,flips}.parquet, where there are: what they say is part of the page
# makes: results/explorer/{model}.html, and results/index.html, a page of all that the run made
#        results/insight/{model}/sentences.json, what the page says of the units


localrules:
    explore,
    tell_page,
    gallery,


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
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        corpus=corpus_in_words,
        units=what_units_know,
        orders=as_json(list(CONFIG.orders)),  # in another order, inputs count as the same
        passages=as_json(list(CONFIG.passages)),
        styles=styles_json,
        print=cell_json,
        code=code("explore.py"),
        script=path_of("explore.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --summary {input.summary:q} --vocab {input.vocab:q}"
        " --states {input.states:q} --orders {input.orders:q} --styles {params.styles:q} --print {params.print:q}"
        " --corpus {params.corpus:q} {params.units:q} --out {output.page:q} --log {log:q}"


rule tell_page:
    """What was found out about a network's units, put into its page.

    Those are no input of the page, or every run would wait for `snakemake insight`. A page that is made anew later has
    them by itself; to be told again changes nothing then.
    """
    input:
        page="results/explorer/{model}.html",
        weights="results/models/{model}/weights.safetensors",
        units="results/insight/{model}/units.parquet",
        flips="results/insight/{model}/flips.parquet",
    output:
        sentences="results/insight/{model}/sentences.json",
    log:
        "results/logs/tell_page/{model}.log",
    benchmark:
        "results/benchmarks/tell_page/{model}.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=code("tell_page.py"),
        script=path_of("tell_page.py"),
    shell:
        "python {params.script:q} --page {input.page:q} --weights {input.weights:q} --units {input.units:q}"
        " --flips {input.flips:q} --out {output.sentences:q} --log {log:q}"


rule explorers:
    """The page of every model."""
    input:
        expand("results/explorer/{model}.html", model=CONFIG.model),


rule gallery:
    """All that the run made on one page, of pictures and links."""
    input:
        states=for_every_grid("results/states/{model}/{passage}.parquet"),
        orders=for_every_grid("results/orders/{model}/{passage}/{strategy}.parquet", strategy=CONFIG.orders),
        summaries=expand("results/models/{model}/summary.json", model=CONFIG.model),
    output:
        page="results/index.html",
    log:
        "results/logs/gallery.log",
    benchmark:
        "results/benchmarks/gallery.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        shown=gallery_json,
        results=folder_of_output,
        code=code("gallery.py"),
        script=path_of("gallery.py"),
    shell:
        "python {params.script:q} --shown {params.shown:q} --results {params.results:q} --out {output.page:q}"
        " --log {log:q}"
