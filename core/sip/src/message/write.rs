//! Message to bytes. Content-Length always comes last and is always computed.

use std::io::Write;

use super::{Headers, Message, Request, Response};

impl Message {
    /// Appends the message to a buffer.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Message::Request(request) => request.write(out),
            Message::Response(response) => response.write(out),
        }
    }

    /// The message as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024 + self.body().len());
        self.write(&mut out);
        out
    }
}

impl Request {
    /// Appends the request to a buffer.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.method.as_str().as_bytes());
        push_display(out, format_args!(" {} SIP/2.0\r\n", self.uri));
        write_rest(out, &self.headers, &self.body);
    }

    /// The request as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024 + self.body.len());
        self.write(&mut out);
        out
    }
}

impl Response {
    /// Appends the response to a buffer.
    pub fn write(&self, out: &mut Vec<u8>) {
        push_display(out, format_args!("SIP/2.0 {} ", self.code));
        // A phrase comes from outside now and then: it must not end the line early.
        out.extend(
            self.phrase()
                .bytes()
                .map(|b| if b == b'\r' || b == b'\n' { b' ' } else { b }),
        );
        out.extend_from_slice(b"\r\n");
        write_rest(out, &self.headers, &self.body);
    }

    /// The response as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024 + self.body.len());
        self.write(&mut out);
        out
    }
}

fn write_rest(out: &mut Vec<u8>, headers: &Headers, body: &[u8]) {
    for (name, value) in headers.iter() {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    push_display(out, format_args!("Content-Length: {}\r\n\r\n", body.len()));
    out.extend_from_slice(body);
}

fn push_display(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a Vec cannot fail");
}
