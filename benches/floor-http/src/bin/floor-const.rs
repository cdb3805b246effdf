//! hyper alone: reads the body and answers the bytes of a file. `floor-const ADDRESS FILE`

use bytes::Bytes;
use floor_http::{Answer, serve};
use http_body_util::BodyExt;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().expect("an address");
    let bytes = Bytes::from(std::fs::read(arguments.next().expect("a file")).expect("the file can be read"));
    serve(&address, move |request| {
        let bytes = bytes.clone();
        async move {
            let _body = request.into_body().collect().await;
            let mut response = Response::new(Answer::whole(bytes));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
    });
}
