//! `ringback-mp3`: WAV on standard input, MP3 on standard output.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().len() > 1 {
        println!("ringback-mp3 reads WAV (16-bit PCM) on standard input and writes MP3 on");
        println!("standard output. It takes no arguments: ringback-mp3 < call.wav > call.mp3");
        return ExitCode::from(2);
    }
    let mut output = BufWriter::new(io::stdout().lock());
    match mp3::convert(io::stdin().lock(), &mut output).and_then(|()| Ok(output.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ringback-mp3: {error}");
            ExitCode::FAILURE
        }
    }
}
