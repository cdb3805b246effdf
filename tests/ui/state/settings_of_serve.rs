fn http() {
    lmcp::serve!(name = "x", http = "127.0.0.1:8080")
    //~^ error: whoever starts the program says how `serve!` serves: alone it is standard input and output, and with `--http 127.0.0.1:8080` it is HTTP. To say it in code, write
}

fn port() {
    lmcp::serve!(port = 8080, name = "x")
    //~^ error: whoever starts the program says how `serve!` serves
}

fn name() {
    lmcp::serve!("calc")
    //~^ error: settings of `serve!` are written `key = value`, as in `lmcp::serve!(name = "calc")`
}
