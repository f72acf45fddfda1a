//! Plays scenario files: `cargo run -p sim --example play -- FILE…`; `UPDATE_EXPECT=1` rewrites.

fn main() -> std::process::ExitCode {
    let paths: Vec<_> = std::env::args_os().skip(1).map(Into::into).collect();
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    let good = sim::run_files(&paths, update, &mut std::io::stdout());
    if good {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}
