# The pictures: every order in every style, and all of them on one sheet.
#
# needs: results/states/{model}/{passage}.parquet
#        results/orders/{model}/{passage}/{strategy}.parquet
# makes: results/art/{model}/{passage}/{strategy}/{style}{,.portrait}.png
#        results/art/{model}/{passage}/contact_sheet.png


rule render_variants:
    """The picture in one order and one style, landscape and turned to portrait, at the size of print."""
    input:
        states="results/states/{model}/{passage}.parquet",
        order="results/orders/{model}/{passage}/{strategy}.parquet",
    output:
        landscape="results/art/{model}/{passage}/{strategy}/{style}.png",
        portrait="results/art/{model}/{passage}/{strategy}/{style}.portrait.png",
    log:
        "results/logs/render_variants/{model}/{passage}/{strategy}/{style}.log",
    benchmark:
        "results/benchmarks/render_variants/{model}/{passage}/{strategy}/{style}.tsv"
    conda:
        "../envs/art.yaml"
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        style=style_json,
        print=as_json(CONFIG.print),
        code=code("render_variants.py"),
        script=path_of("render_variants.py"),
    shell:
        "python {params.script} --states {input.states} --order {input.order}"
        " --style {params.style:q} --print {params.print:q}"
        " --landscape {output.landscape} --portrait {output.portrait} --log {log}"


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
        "../envs/art.yaml"
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        styles=styles_json,
        code=code("contact_sheet.py"),
        script=path_of("contact_sheet.py"),
    shell:
        "python {params.script} --states {input.states} --orders {input.orders}"
        " --styles {params.styles:q} --out {output.sheet} --log {log}"


rule pictures:
    """Every configured picture."""
    input:
        for_every_grid(
            [
                "results/art/{model}/{passage}/{strategy}/{style}.png",
                "results/art/{model}/{passage}/{strategy}/{style}.portrait.png",
            ],
            strategy=CONFIG.orders,
            style=CONFIG.styles,
        ),


rule contact_sheets:
    """The contact sheet of every model and passage."""
    input:
        for_every_grid("results/art/{model}/{passage}/contact_sheet.png"),
