//! Grows the network of answering-machine detection from what `amd --half grow --dump` wrote.
//!
//! The half for growing is learned; the half for tuning shows after each round how far it carries
//! to texts and voices that weren't learned. The judged half is never read. `tools/amd-grow` calls
//! it; while trying, `--leg EPOCHS,LEFT-OUT,PACE` instead of `--epochs` says how it goes, as often
//! as there are legs, `--seed WORD` lets chance go another way, and `--from WEIGHTS` begins with
//! what was learned before.

mod adam;
#[path = "../src/chance.rs"]
#[expect(dead_code, reason = "the corpus draws in more ways than growing does")]
mod chance;
mod disguise;
mod dump;
mod epochs;
mod hear;
mod product;
mod shape;
mod slope;

/// The network that listens, which ours is compared with.
#[cfg(test)]
#[path = "../../core/media/src/amd/network.rs"]
mod listener;
/// Where it expects the features.
#[cfg(test)]
use media::amd as talk;

use epochs::{BATCH, Grower, Leg};
use std::path::PathBuf;
use std::process::ExitCode;

/// Rounds through all cases, if nothing else is asked for.
const EPOCHS: usize = 46;

/// What is asked for.
#[derive(Default)]
struct Asked {
    grow: Vec<PathBuf>,
    tune: Vec<PathBuf>,
    epochs: Option<usize>,
    legs: Vec<Leg>,
    seed: String,
    from: Option<PathBuf>,
    beside: Option<PathBuf>,
    write: PathBuf,
}

fn main() -> ExitCode {
    let told = asked(std::env::args().skip(1)).and_then(|asked| run(&asked));
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("amd-grow: {fault}");
            ExitCode::from(2)
        }
    }
}

fn asked(words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let mut value = || {
            let value = words.next_if(|value| !value.starts_with("--"));
            value.ok_or(format!("{word} wants a value"))
        };
        match word.as_str() {
            "--grow" | "--tune" => {
                let files = if word == "--grow" {
                    &mut asked.grow
                } else {
                    &mut asked.tune
                };
                files.push(value()?.into());
                while let Ok(file) = value() {
                    files.push(file.into());
                }
            }
            "--epochs" => {
                let epochs = value()?.parse().ok().filter(|&epochs| epochs > 0);
                asked.epochs = Some(epochs.ok_or("--epochs wants a number")?);
            }
            "--leg" => asked.legs.push(leg(&value()?)?),
            "--seed" => asked.seed = value()?,
            "--from" => asked.from = Some(value()?.into()),
            "--beside" => asked.beside = Some(value()?.into()),
            "--write" => asked.write = value()?.into(),
            _ => {
                return Err(format!(
                    "{word} is none of --grow --tune --epochs --leg --seed --from --beside --write"
                ));
            }
        }
    }
    for (word, missing) in [
        ("--grow FILE", asked.grow.is_empty()),
        ("--tune FILE", asked.tune.is_empty()),
        ("--write WEIGHTS", asked.write.as_os_str().is_empty()),
    ] {
        if missing {
            return Err(format!("it needs {word}"));
        }
    }
    if asked.epochs.is_some() && !asked.legs.is_empty() {
        return Err("it is either --epochs or --leg".into());
    }
    Ok(asked)
}

/// `EPOCHS,LEFT-OUT,PACE`.
fn leg(words: &str) -> Result<Leg, String> {
    let parts: Vec<&str> = words.split(',').collect();
    let leg = match parts[..] {
        [epochs, left_out, pace] => (|| {
            Some(Leg {
                epochs: epochs.parse().ok()?,
                left_out: left_out.parse().ok()?,
                pace: pace.parse().ok()?,
            })
        })(),
        _ => None,
    };
    leg.filter(|leg| (0.0..1.0).contains(&leg.left_out) && leg.pace > 0.0)
        .ok_or(format!("{words} is no leg, as 12,0.03,2e-3 is"))
}

fn run(asked: &Asked) -> Result<(), String> {
    let check = dump::cases(&asked.tune)?;
    let stuff = dump::cases(&asked.grow)?;
    for (what, count, least) in [
        ("to grow from", stuff.len(), BATCH),
        ("to tune by", check.len(), 1),
    ] {
        if count < least {
            return Err(format!("{count} cases {what} are too few: {least}"));
        }
    }
    let mut grower = Grower::new(&stuff, &check, dump::FRAMES);
    if let Some(beside) = &asked.beside {
        let file = beside.display();
        match shape::read(beside)? {
            Some(weights) => println!("{file}: {:.4} unseen", grower.unseen(&weights)),
            None => println!("{file}: of another shape, not compared"),
        }
    }
    let from = match &asked.from {
        Some(from) => {
            let fault = || format!("{}: of another shape", from.display());
            Some(shape::read(from)?.ok_or_else(fault)?)
        }
        None => None,
    };
    // Not to find out after two hours.
    let place = |error| format!("{}: {error}", asked.write.display());
    let mut file = std::fs::OpenOptions::new();
    file.append(true).create(true);
    file.open(&asked.write).map_err(place)?;
    let legs = match asked.legs[..] {
        [] => epochs::legs(asked.epochs.unwrap_or(EPOCHS)),
        _ => asked.legs.clone(),
    };
    let weights = grower.grow(&legs, &asked.seed, from, |line| println!("{line}"));
    std::fs::write(&asked.write, shape::written(&weights)).map_err(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_with(words: &str) -> Result<Asked, String> {
        asked(words.split(' ').map(str::to_owned))
    }

    #[test]
    fn what_is_asked_is_understood() {
        let asked = asked_with("--grow a b --tune c --leg 3,0.15,3e-3 --leg 1,0,1e-3 --write d");
        let asked = asked.expect("it is right");
        assert_eq!(asked.grow, [PathBuf::from("a"), PathBuf::from("b")]);
        assert_eq!(asked.tune, [PathBuf::from("c")]);
        let legs: Vec<_> = asked
            .legs
            .iter()
            .map(|leg| (leg.epochs, leg.left_out))
            .collect();
        assert_eq!(legs, [(3, 0.15), (1, 0.0)]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (words, fault) in [
            ("--grow --tune c --write d", "--grow wants a value"),
            ("--grow a --write d", "it needs --tune FILE"),
            ("--grow a --epochs 0", "--epochs wants a number"),
            ("--leg 3,1,2e-3", "3,1,2e-3 is no leg, as 12,0.03,2e-3 is"),
            ("--leg 3,0", "3,0 is no leg, as 12,0.03,2e-3 is"),
            (
                "--grow a --tune b --write c --epochs 2 --leg 3,0,1e-3",
                "it is either --epochs or --leg",
            ),
        ] {
            assert_eq!(asked_with(words).err().as_deref(), Some(fault));
        }
    }
}
