# What the bits know: measurements of a network, each beside its controls, and a page of them. `snakemake insight`
#
# needs: results/models/{model}/weights.safetensors, results/corpus/{train.txt,validation.txt,vocab.json},
#        results/orders/{model}/{passage}/{strategy}.parquet of the first passage
# makes: results/insight/ngrams.json
#        results/insight/{model}/{units,flips,rows}.parquet, {units,flips,reach,reach_controls,redundancy,
#        neighbours}.json
#        results/insight/{model}/insight.{html,md}, and their figures: {reach,pasts,...}.png

FIGURES = ["reach", "pasts", "erasers", "back", "learned", "flips", "frozen"]
FACTS = ["units", "flips", "reach", "reach_controls", "redundancy", "neighbours"]


rule count_ngrams:
    """What counting can do: bits per character of n-gram models of the training text."""
    input:
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        vocab="results/corpus/vocab.json",
    output:
        bits="results/insight/ngrams.json",
    log:
        "results/logs/count_ngrams.log",
    benchmark:
        "results/benchmarks/count_ngrams.tsv"
    conda:
        environment("torch.yaml")
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("count_ngrams.py"),
        script=path_of("count_ngrams.py"),
    shell:
        "python {params.script:q} --train {input.train:q} --validation {input.validation:q} --vocab {input.vocab:q}"
        " --out {output.bits:q} --log {log:q}"


rule describe_units:
    """What tells each unit: its best feature of the text, and a sentence where one is true."""
    input:
        weights="results/models/{model}/weights.safetensors",
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        vocab="results/corpus/vocab.json",
    output:
        units="results/insight/{model}/units.parquet",
        facts="results/insight/{model}/units.json",
    log:
        "results/logs/describe_units/{model}.log",
    benchmark:
        "results/benchmarks/describe_units/{model}.tsv"
    conda:
        environment("torch.yaml")
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=recipe_json,
        code=code("describe_units.py"),
        script=path_of("describe_units.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --settings {params.settings:q} --train {input.train:q}"
        " --validation {input.validation:q} --vocab {input.vocab:q}"
        " --out {output.units:q} --facts {output.facts:q} --log {log:q}"


rule flip_bits:
    """What each unit is worth: the bits that it costs to flip it, or to do without it."""
    input:
        weights="results/models/{model}/weights.safetensors",
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        vocab="results/corpus/vocab.json",
    output:
        units="results/insight/{model}/flips.parquet",
        facts="results/insight/{model}/flips.json",
    log:
        "results/logs/flip_bits/{model}.log",
    benchmark:
        "results/benchmarks/flip_bits/{model}.tsv"
    conda:
        environment("torch.yaml")
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=recipe_json,
        code=code("flip_bits.py"),
        script=path_of("flip_bits.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --settings {params.settings:q} --train {input.train:q}"
        " --validation {input.validation:q} --vocab {input.vocab:q}"
        " --out {output.units:q} --facts {output.facts:q} --log {log:q}"


rule measure_reach:
    """How long the memory is: what the past is worth, and what erases it. Of a sweep's models, too."""
    input:
        weights="results/models/{model}/weights.safetensors",
        validation="results/corpus/validation.txt",
        vocab="results/corpus/vocab.json",
    output:
        facts="results/insight/{model}/reach.json",
    log:
        "results/logs/measure_reach/{model}.log",
    benchmark:
        "results/benchmarks/measure_reach/{model}.tsv"
    conda:
        environment("torch.yaml")
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code("measure_reach.py"),
        script=path_of("measure_reach.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --validation {input.validation:q}"
        " --vocab {input.vocab:q} --out {output.facts:q} --log {log:q}"


rule control_reach:
    """What stands beside it: what can be read out of the states, and networks that were never trained."""
    input:
        weights="results/models/{model}/weights.safetensors",
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        vocab="results/corpus/vocab.json",
    output:
        facts="results/insight/{model}/reach_controls.json",
    log:
        "results/logs/control_reach/{model}.log",
    benchmark:
        "results/benchmarks/control_reach/{model}.tsv"
    conda:
        environment("torch.yaml")
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=recipe_json,
        code=code("control_reach.py"),
        script=path_of("control_reach.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --settings {params.settings:q} --train {input.train:q}"
        " --validation {input.validation:q} --vocab {input.vocab:q} --out {output.facts:q} --log {log:q}"


rule measure_redundancy:
    """How much the units hold between them."""
    input:
        weights="results/models/{model}/weights.safetensors",
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        vocab="results/corpus/vocab.json",
    output:
        facts="results/insight/{model}/redundancy.json",
    log:
        "results/logs/measure_redundancy/{model}.log",
    benchmark:
        "results/benchmarks/measure_redundancy/{model}.tsv"
    conda:
        environment("torch.yaml")
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=recipe_json,
        code=code("measure_redundancy.py"),
        script=path_of("measure_redundancy.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --settings {params.settings:q} --train {input.train:q}"
        " --validation {input.validation:q} --vocab {input.vocab:q} --out {output.facts:q} --log {log:q}"


rule measure_neighbours:
    """Whether the orders of the first passage put units together that are of one kind; what each row is."""
    input:
        told="results/insight/{model}/units.parquet",
        costs="results/insight/{model}/flips.parquet",
        orders=orders_of_the_first_passage,
    output:
        facts="results/insight/{model}/neighbours.json",
        rows="results/insight/{model}/rows.parquet",
    log:
        "results/logs/measure_neighbours/{model}.log",
    benchmark:
        "results/benchmarks/measure_neighbours/{model}.tsv"
    conda:
        environment("orders.yaml")
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("measure_neighbours.py"),
        script=path_of("measure_neighbours.py"),
    shell:
        "python {params.script:q} --units {input.told:q} --flips {input.costs:q} --orders {input.orders:q}"
        " --out {output.facts:q} --rows {output.rows:q} --log {log:q}"


rule insight_page:
    """What was found out, with figures, each beside its control."""
    input:
        ngrams="results/insight/ngrams.json",
        told="results/insight/{model}/units.parquet",
        facts="results/insight/{model}/units.json",
        costs="results/insight/{model}/flips.parquet",
        flips="results/insight/{model}/flips.json",
        reach="results/insight/{model}/reach.json",
        controls="results/insight/{model}/reach_controls.json",
        redundancy="results/insight/{model}/redundancy.json",
        neighbours="results/insight/{model}/neighbours.json",
        rows="results/insight/{model}/rows.parquet",
    output:
        html=report(
            "results/insight/{model}/insight.html",
            caption="../docs/report/insight.rst",
            category="Insight",
            labels={"model": "{model}", "shown": "page"},
        ),
        markdown="results/insight/{model}/insight.md",
        figures=expand("results/insight/{{model}}/{figure}.png", figure=FIGURES),
    log:
        "results/logs/insight_page/{model}.log",
    benchmark:
        "results/benchmarks/insight_page/{model}.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        folder=folder_of_output,
        code=code("insight_page.py"),
        script=path_of("insight_page.py"),
    shell:
        "python {params.script:q} --model {wildcards.model} --folder {params.folder:q} --ngrams {input.ngrams:q}"
        " --html {output.html:q} --markdown {output.markdown:q} --log {log:q}"


rule insight:
    """What the bits of every chosen model know. Each file is named, so that whichever is lost is made again."""
    input:
        "results/insight/ngrams.json",
        expand(
            "results/insight/{model}/{file}",
            model=CONFIG.model,
            file=[
                "insight.html",
                "insight.md",
                "sentences.json",
                *[f"{figure}.png" for figure in FIGURES],
                *[f"{table}.parquet" for table in ["units", "flips", "rows"]],
                *[f"{facts}.json" for facts in FACTS],
            ],
        ),
