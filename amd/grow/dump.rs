//! Reads what `amd --dump` wrote: of each case a line of what is true of it, then its features.

use crate::shape::FEATURES;
use media::amd::Features;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Frames that are learned: 4.8 s from the first speech on, behind which a verdict has fallen.
pub const FRAMES: usize = 240;
/// The field that says who it is, and the one that says how many frames follow.
const CLASS: usize = 3;
const LENGTH: usize = 7;

/// Somebody who picked up.
pub struct Case {
    /// A person, no machine.
    pub human: bool,
    /// What is heard, from the first speech on; [`FRAMES`] at most.
    pub frames: Vec<Features>,
}

/// The people and machines of these files who say something.
pub fn cases(paths: &[impl AsRef<Path>]) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        let name = path.display();
        let file = std::fs::File::open(path).map_err(|error| format!("{name}: {error}"))?;
        read(BufReader::new(file), &mut cases).map_err(|fault| format!("{name}: {fault}"))?;
    }
    Ok(cases)
}

fn read(mut from: impl BufRead, cases: &mut Vec<Case>) -> Result<(), String> {
    let mut octets = Vec::new();
    loop {
        let mut line = Vec::new();
        let got = from.read_until(b'\n', &mut line);
        if got.map_err(|error| error.to_string())? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line);
        let fields: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
        let length = fields.get(LENGTH).and_then(|length| length.parse().ok());
        let length: usize = length.ok_or_else(|| format!("“{}” is no case", shortened(&line)))?;
        octets.clear();
        let wanted = length * FEATURES * size_of::<f32>();
        let mut rest = (&mut from).take(wanted as u64);
        match rest.read_to_end(&mut octets) {
            Ok(got) if got == wanted => {}
            Ok(_) => return Err("its last case is cut off".into()),
            Err(error) => return Err(error.to_string()),
        }
        let human = match fields[CLASS] {
            "human" => true,
            "machine" => false,
            _ => continue,
        };
        let numbers = octets.as_chunks::<4>().0.iter();
        let numbers: Vec<f32> = numbers.map(|&octets| f32::from_le_bytes(octets)).collect();
        let frames = numbers.as_chunks::<FEATURES>().0.iter().copied();
        let frames: Vec<Features> = frames.skip_while(quiet).take(FRAMES).collect();
        if !frames.is_empty() {
            cases.push(Case { human, frames });
        }
    }
}

/// Whether nobody speaks in this frame: the last feature says so.
fn quiet(frame: &Features) -> bool {
    frame[FEATURES - 1] <= 0.5
}

fn shortened(line: &str) -> String {
    line.trim_end().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A case of so many frames, whose first speech is in the third.
    fn dumped(class: &str, frames: usize) -> Vec<u8> {
        let mut octets =
            format!("grow-0001\ten\thello\t{class}\t40\t-1\tOpus\t{frames}\t“Hi.”\n").into_bytes();
        for n in 0..frames {
            let mut frame = [n as f32; FEATURES];
            frame[FEATURES - 1] = f32::from(n == 2);
            octets.extend(frame.iter().flat_map(|feature| feature.to_le_bytes()));
        }
        octets
    }

    fn all(octets: &[u8]) -> Result<Vec<Case>, String> {
        let mut cases = Vec::new();
        read(octets, &mut cases).map(|()| cases)
    }

    #[test]
    fn who_speaks_is_read_from_the_first_speech_on() {
        let file = [
            dumped("human", 6),
            dumped("fax", 9),
            dumped("machine", 2),
            dumped("machine", 300),
        ];
        let cases = all(&file.concat()).expect("cases");
        let found: Vec<_> = cases
            .iter()
            .map(|case| (case.human, case.frames.len(), case.frames[0][0]))
            .collect();
        assert_eq!(found, [(true, 4, 2.0), (false, FRAMES, 2.0)]);
        assert_eq!(cases[1].frames[9][5], 11.0);
    }

    #[test]
    fn a_case_that_is_cut_off_is_an_error() {
        let file = dumped("human", 6);
        let fault = all(&file[..file.len() - 1]).err();
        assert_eq!(fault.as_deref(), Some("its last case is cut off"));
        let fault = all(b"something else\n").err();
        assert_eq!(fault.as_deref(), Some("“something else” is no case"));
    }
}
