//! Makes the corpus of answering-machine detection anew and judges the detector by it.
//!
//! `tools/amd` judges all and writes the table of docs/amd.md. While working:
//! `--half tune --sample 300 --wrong` judges every so many-th case of one half and lists what was
//! wrong; `--only NAME` looks at one case; `--wav FOLDER` keeps what was heard as files, `--trace`
//! prints what each frame was taken for. `--half grow --dump FILE --from N --to N` writes what
//! `tools/amd-grow` grows the detector's network from.

mod case;
mod chance;
mod line;
mod real;
mod score;
mod sound;
mod table;
mod texts;
mod voices;

use case::{Case, Stuff};
use media::file::wav;
use media::sound::resample::Halver;
use score::Score;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use texts::Half;

/// Cases of the half for tuning, and of the synthetic half for judging.
const TUNE: usize = 4_800;
const JUDGE: usize = 4_800;
/// Cases that the network is grown from.
const GROW: usize = 30_000;

/// The pieces of recorded music, by half.
const MUSIC: [&[&str]; 2] = [
    &[
        "macroform-cold_day",
        "macroform-robot_dity",
        "macroform-the_simplicity",
    ],
    &["manolo_camp-morning_coffee", "reno_project-system"],
];

/// What is asked for.
struct Asked {
    halves: Vec<Half>,
    sample: usize,
    only: Option<String>,
    wrong: bool,
    wav: Option<PathBuf>,
    trace: bool,
    write: bool,
    dump: Option<PathBuf>,
    from: usize,
    to: Option<usize>,
}

fn main() -> ExitCode {
    match asked().and_then(|asked| run(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("amd: {fault}");
            ExitCode::from(2)
        }
    }
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked {
        halves: vec![Half::Judge],
        sample: usize::MAX,
        only: None,
        wrong: false,
        wav: None,
        trace: false,
        write: false,
        dump: None,
        from: 0,
        to: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--half" => {
                asked.halves = match value()?.as_str() {
                    "tune" => vec![Half::Tune],
                    "judge" => vec![Half::Judge],
                    "grow" => vec![Half::Grow],
                    other => return Err(format!("{other} is no half: tune, judge, grow")),
                }
            }
            "--sample" => {
                asked.sample = value()?.parse().map_err(|_| "--sample wants a number")?;
            }
            "--dump" => asked.dump = Some(value()?.into()),
            "--from" => asked.from = value()?.parse().map_err(|_| "--from wants a number")?,
            "--to" => asked.to = Some(value()?.parse().map_err(|_| "--to wants a number")?),
            "--only" => asked.only = Some(value()?),
            "--wav" => asked.wav = Some(value()?.into()),
            "--wrong" => asked.wrong = true,
            "--trace" => asked.trace = true,
            "--write" => asked.write = true,
            _ => {
                return Err(format!(
                    "{word} is none of --half --sample --from --to --only --wav --trace --wrong \
                     --write --dump"
                ));
            }
        }
    }
    Ok(asked)
}

fn run(asked: &Asked) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("target/amd/voice");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let stuff = Stuff {
        folder: &folder,
        music: [music(MUSIC[0])?, music(MUSIC[1])?],
    };
    let mut scores = Vec::new();
    let mut dump = match &asked.dump {
        Some(path) => Some(std::io::BufWriter::new(
            std::fs::File::create(path).map_err(|error| error.to_string())?,
        )),
        None => None,
    };
    let mut judge = |case: &Case| -> Result<(), String> {
        if asked.only.as_ref().is_some_and(|name| *name != case.name) {
            return Ok(());
        }
        let frames = case.line.carry(&case.sound, &folder)?;
        if let Some(to) = &asked.wav {
            keep(to, case, &frames)?;
        }
        if asked.trace {
            println!("{}", score::trace(case, &frames));
        }
        if let Some(file) = &mut dump {
            score::dump(file, case, &frames).map_err(|error| error.to_string())?;
            return Ok(());
        }
        scores.push(Score::of(case, &frames));
        Ok(())
    };
    for &half in &asked.halves {
        let count = match half {
            Half::Tune => TUNE,
            Half::Judge => JUDGE,
            Half::Grow => GROW,
        };
        let to = asked.to.unwrap_or(count);
        // Prime to the number of languages, so that a sample has all of them.
        let step = (count / asked.sample.clamp(1, count)).max(1);
        for number in (asked.from..to).filter(|number| (number / 6).is_multiple_of(step)) {
            judge(&case::case(&stuff, half, number)?)?;
        }
        if half == Half::Judge {
            let real = real::cases()?;
            let mut real = real.iter().step_by(step);
            real.try_for_each(&mut judge)?;
        }
    }
    if asked.dump.is_some() {
        return Ok(());
    }
    if asked.wrong {
        scores.iter().filter(|score| is_wrong(score)).for_each(tell);
    }
    let tables = table::tables(&scores);
    if asked.write {
        write(&root.join("docs/amd.md"), &tables)?;
    }
    print!("{tables}");
    Ok(())
}

/// The table into its page.
fn write(page: &Path, tables: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(page).map_err(|error| error.to_string())?;
    let (head, rest) = text
        .split_once(table::BEGIN)
        .ok_or("docs/amd.md has no table")?;
    let (_, tail) = rest
        .split_once(table::END)
        .ok_or("docs/amd.md has no end of its table")?;
    let whole = format!("{head}{}\n{tables}{}{tail}", table::BEGIN, table::END);
    std::fs::write(page, whole).map_err(|error| error.to_string())
}

fn music(names: &[&str]) -> Result<Vec<Vec<f32>>, String> {
    let whole = names.iter().map(|name| {
        let file = format!("/usr/share/asterisk/moh/{name}.wav");
        let octets = std::fs::read(&file)
            .map_err(|error| format!("{file}: {error}; `tools/install amd` brings it"))?;
        real::read(&octets, "")
    });
    whole.collect()
}

fn is_wrong(score: &Score) -> bool {
    let late = score.beep_error_ms().is_some_and(|error| error.abs() > 150);
    let missed = score.beep_end_ms.is_some() && score.beep_error_ms().is_none();
    let made_up =
        score.beep_end_ms.is_none() && score.whole.verdict == model::AnsweredBy::MachineEndBeep;
    !score.right() || late || missed || made_up
}

fn tell(score: &Score) {
    println!(
        "{} {} {} {:?} {:?}{}: speech {:?} beep {:?}: {} {}, {} {}, classic {:?} {}: {}",
        score.name,
        score.class.name(),
        score.style,
        score.coded,
        score.pauses,
        if score.lossy { " lossy" } else { "" },
        score.speech_at_ms.unwrap_or(0),
        score.beep_end_ms.unwrap_or(0),
        score.quick.verdict,
        score.quick.at_ms,
        score.whole.verdict,
        score.whole.at_ms,
        score.classic.0,
        score.classic.1,
        score.note
    );
}

fn keep(folder: &Path, case: &Case, frames: &line::Frames) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut halver = Halver::new();
    let narrow = frames
        .iter()
        .flat_map(|frame| score::narrow(frame.samples(), &mut halver));
    let data: Vec<u8> = narrow.flat_map(i16::to_le_bytes).collect();
    let file = folder.join(format!("{}.wav", case.name.replace(' ', "_")));
    let octets = [&wav::header(1, data.len() as u64)[..], &data].concat();
    std::fs::write(file, octets).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::AnsweredBy;

    /// A small part of the half for tuning: the cases that need neither Festival nor Opus nor
    /// recorded music. What it asks for is below what the whole comes to, as it is only few.
    #[test]
    fn a_small_part_is_told_apart() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/amd/voice");
        std::fs::create_dir_all(&folder).expect("a folder");
        let stuff = Stuff {
            folder: &folder,
            music: [Vec::new(), Vec::new()],
        };
        let (mut right, mut all, mut beeps, mut near) = (0, 0, 0, 0);
        for number in (0..TUNE).step_by(17) {
            let case = match case::case(&stuff, Half::Tune, number) {
                Ok(case) => case,
                Err(fault) if fault.starts_with("festival") => continue,
                Err(fault) => panic!("{fault}"),
            };
            if case.line.coded == line::Coded::Opus {
                continue;
            }
            let frames = case.line.carry(&case.sound, &folder).expect("no program");
            let score = Score::of(&case, &frames);
            match score.class {
                case::Class::Fax => assert_eq!(score.quick.verdict, AnsweredBy::Fax),
                case::Class::Nobody => {}
                case::Class::Human | case::Class::Machine => {
                    all += 1;
                    right += usize::from(score.right());
                }
            }
            beeps += usize::from(score.beep_end_ms.is_some());
            near += usize::from(score.beep_error_ms().is_some_and(|ms| ms.abs() <= 150));
        }
        assert!(all >= 30 && beeps >= 10, "{all} cases, {beeps} beeps");
        assert!(right * 100 >= all * 90, "{right} of {all} are right");
        assert!(near * 100 >= beeps * 75, "{near} of {beeps} beeps");
    }
}
