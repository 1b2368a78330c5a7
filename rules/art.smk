# The pictures: every order in every style, and all of them on one sheet.
#
# needs: results/states/{model}/{passage}.parquet
#        results/orders/{model}/{passage}/{strategy}.parquet
# makes: results/art/{model}/{passage}/{strategy}/{style}{,.portrait}.png
#        results/art/{model}/{passage}/contact_sheet.png


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
        print=as_json(CONFIG.print),
        code=code("render_variants.py"),
        script=path_of("render_variants.py"),
        folder=folder_of_pictures,
    shell:
        "python {params.script:q} --states {input.states:q} --orders {input.orders:q}"
        " --style {params.style:q} --name {wildcards.style} --print {params.print:q} --out {params.folder:q}"
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


rule pictures:
    """Every configured picture."""
    input:
        [pictures_of(model, passage, style) for model, passage in CONFIG.grids() for style in CONFIG.styles],


rule contact_sheets:
    """The contact sheet of every model and passage."""
    input:
        for_every_grid("results/art/{model}/{passage}/contact_sheet.png"),
