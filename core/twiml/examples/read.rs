//! Reads documents, a zero byte between them, and says what is wrong with each: a line for every
//! warning and fault, then how many were read. What the official builders write goes through here.

use std::io::{Read, stdin};

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let (mut read, mut wrong) = (0, 0);
    for document in text.split('\0').filter(|document| !document.is_empty()) {
        read += 1;
        match twiml::parse(document) {
            Ok((typed, warnings)) => {
                for warning in &warnings {
                    println!("{warning}\n  {document}");
                }
                let again = twiml::parse(&twiml::write(&typed)).map(|(again, _)| again);
                let differs = again != Ok(typed);
                if differs {
                    println!("written, it is read as another document\n  {document}");
                }
                wrong += usize::from(differs || !warnings.is_empty());
            }
            Err(error) => {
                println!("{error}\n  {document}");
                wrong += 1;
            }
        }
    }
    println!("{read} read, {wrong} with faults");
    Ok(())
}
