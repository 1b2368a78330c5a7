# The pictures: every order in every style, and all of them on one sheet.
#
# needs: results/states/{model}/{passage}.parquet
#        results/orders/{model}/{passage}/{strategy}.parquet
# makes: results/art/{model}/{passage}/{strategy}/{style}{,.portrait}.png
#        results/art/{model}/{passage}/contact_sheet.png
#        results/favourite.{png,tiff,svg,pdf,proof.png,guide.png}
# on request:
#        results/print/{model}/{passage}/{strategy}/{style}.{png,tiff,svg,pdf,proof.png,guide.png}
# on request, `snakemake measures` and `snakemake figures`:
#        results/measures/{model}/{passage}.{csv,md}
#        results/figures/{sign,grid,stack,ordered,calm,palettes}.{png,svg}


localrules:
    favourite,
    measure_orders,
    figures,


rule render_variants:
    """A style's pictures in every order, landscape and turned to portrait, at the size of print.

    One job for all of them, since starting it takes longer than drawing them. Of those that it made before,
    it draws again only what has changed: see scripts/phonecase/art/kept.py.
    """
    input:
        states="results/states/{model}/{passage}.parquet",
        orders=all_orders,
    output:
        pictures=pictures_of("{model}", "{passage}", "{style}"),
    log:
        "results/logs/render_variants/{model}/{passage}/{style}.log",
    benchmark:
        "results/benchmarks/render_variants/{model}/{passage}/{style}.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        style=style_json,
        print=cell_json,
        config=pictures_json,
        code=code("render_variants.py"),
        script=path_of("render_variants.py"),
        folder=folder_of_pictures,
    shell:
        "python {params.script:q} --states {input.states:q} --orders {input.orders:q}"
        " --style {params.style:q} --name {wildcards.style} --print {params.print:q} --config {params.config:q}"
        " --out {params.folder:q}"
        " --kept .snakemake/phonecase/pictures/{wildcards.model}/{wildcards.passage}/{wildcards.style}"
        " --code {params.code:q} --log {log:q}"


rule contact_sheet:
    """All orders in all styles on one sheet, like the grid of the post."""
    input:
        states="results/states/{model}/{passage}.parquet",
        orders=all_orders,
    output:
        sheet=report(
            "results/art/{model}/{passage}/contact_sheet.png",
            caption="../docs/report/contact_sheet.rst",
            category="Art",
            labels={"model": "{model}", "passage": "{passage}"},
        ),
    log:
        "results/logs/contact_sheet/{model}/{passage}.log",
    benchmark:
        "results/benchmarks/contact_sheet/{model}/{passage}.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        orders=as_json(list(CONFIG.orders)),  # in another order, inputs count as the same
        styles=styles_json,
        code=code("contact_sheet.py"),
        script=path_of("contact_sheet.py"),
    shell:
        "python {params.script:q} --states {input.states:q} --orders {input.orders:q}"
        " --styles {params.styles:q} --out {output.sheet:q} --log {log:q}"


rule favourite:
    """The one picture to have printed, in every format: an order that is named, or the best by a measure."""
    input:
        states=favourite_states,
        orders=favourite_orders,
    output:
        picture=report(
            "results/favourite.png",
            caption="../docs/report/favourite.rst",
            category="Art",
            labels={"model": "favourite", "passage": "favourite"},
        ),
        others=expand("results/favourite.{form}", form=FORMATS[1:]),
    log:
        "results/logs/favourite.log",
    benchmark:
        "results/benchmarks/favourite.tsv"
    conda:
        environment("orders.yaml")
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        order=CONFIG.favourite.order,
        orders=as_json(list(CONFIG.orders) if CONFIG.favourite.measure else []),  # of equally good ones, the first
        style=as_json(CONFIG.favourite_style),
        print=as_json(CONFIG.print),
        profile=print_profile_content,
        config=as_json(CONFIG.of_favourite()),
        code=code("favourite.py"),
        script=path_of("favourite.py"),
        out=without_suffix,
    shell:
        "python {params.script:q} --states {input.states:q} --orders {input.orders:q} --order {params.order:q}"
        " --style {params.style:q} --print {params.print:q} --config {params.config:q} --out {params.out:q}"
        " --log {log:q}"


rule measure_orders:
    """On request: how calm or lively each order's picture is, by several measures, with and without signs."""
    input:
        states="results/states/{model}/{passage}.parquet",
        orders=all_orders,
    output:
        csv="results/measures/{model}/{passage}.csv",
        markdown="results/measures/{model}/{passage}.md",
    log:
        "results/logs/measure_orders/{model}/{passage}.log",
    benchmark:
        "results/benchmarks/measure_orders/{model}/{passage}.tsv"
    conda:
        environment("orders.yaml")
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        orders=as_json(list(CONFIG.orders)),  # in another order, inputs count as the same
        code=code("measure_orders.py"),
        script=path_of("measure_orders.py"),
    shell:
        "python {params.script:q} --states {input.states:q} --orders {input.orders:q}"
        " --csv {output.csv:q} --markdown {output.markdown:q} --log {log:q}"


rule figures:
    """On request: the post's figures from the code and the network, and the palettes, as PNG and SVG."""
    input:
        weights=first_weights,
        states=favourite_states,
    output:
        expand(
            "results/figures/{name}.{form}",
            name=["sign", "grid", "stack", "ordered", "calm", "palettes"],
            form=["png", "svg"],
        ),
    log:
        "results/logs/figures.log",
    benchmark:
        "results/benchmarks/figures.tsv"
    conda:
        environment("figures.yaml")
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        folder=folder_of_output,
        code=code("figures.py"),
        script=path_of("figures.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --states {input.states:q} --out {params.folder:q}"
        " --log {log:q}"


rule measures:
    """On request: the measures of every grid."""
    input:
        for_every_grid("results/measures/{model}/{passage}.{form}", form=["csv", "md"]),


rule print_picture:
    """On request: one picture laid on a phone's case or a poster, in every format, with proofs of it."""
    input:
        states="results/states/{model}/{passage}.parquet",
        order="results/orders/{model}/{passage}/{strategy}.parquet",
    output:
        files=expand(
            "results/print/{{model}}/{{passage}}/{{strategy}}/{{style}}.{form}",
            form=FORMATS,
        ),
    log:
        "results/logs/print_picture/{model}/{passage}/{strategy}/{style}.log",
    benchmark:
        "results/benchmarks/print_picture/{model}/{passage}/{strategy}/{style}.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        style=style_json,
        print=as_json(CONFIG.print),
        profile=print_profile_content,
        config=picture_json,
        code=code("print_picture.py"),
        script=path_of("print_picture.py"),
        out=without_suffix,
    shell:
        "python {params.script:q} --states {input.states:q} --order {input.order:q} --style {params.style:q}"
        " --print {params.print:q} --config {params.config:q} --out {params.out:q} --log {log:q}"


rule pictures:
    """Every configured picture."""
    input:
        one_of_each(
            pictures_of(model, passage, style)
            for model, passage in CONFIG.grids()
            for style in CONFIG.styles
        ),


rule contact_sheets:
    """The contact sheet of every model and passage."""
    input:
        for_every_grid("results/art/{model}/{passage}/contact_sheet.png"),
