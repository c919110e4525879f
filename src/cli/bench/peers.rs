//! What else a user could run: products of numpy and PyTorch, measured beside ours.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::output::say;

/// The program, in Python; it says itself what it reads and writes.
const PROGRAM: &str = include_str!("peers.py");

/// Whether to run peers, and with which Python.
#[derive(Debug, Args)]
pub(super) struct PeerArguments {
    /// Also run numpy (BLAS) and PyTorch (f32, oneDNN int8, fbgemm int8), where they are installed
    #[arg(long)]
    peers: bool,
    /// The Python that has numpy and torch
    #[arg(long, value_name = "PATH", default_value = "python3", requires = "peers")]
    python: String,
}

impl PeerArguments {
    /// The peers, waiting for shapes; `None`, and a word about why, when there are none.
    pub(super) fn start(&self, threads: usize) -> Result<Option<Peers>> {
        if self.peers { Peers::start(&self.python, threads) } else { Ok(None) }
    }
}

/// A Python that measures what it is asked.
#[derive(Debug)]
pub(super) struct Peers {
    python: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Of what is measured.
    pub(super) versions: String,
}

/// What one peer took.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Timed {
    pub(super) name: String,
    /// Of what it was given: `packed`, or `f32` when its own quantization is included.
    pub(super) input: String,
    /// The median.
    pub(super) seconds: f64,
}

/// A line that the program writes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Versions { versions: String },
    Missing { missing: String },
    Timed { name: String, input: String, seconds: f64 },
    Failed { name: String, failed: String },
    Done { done: bool },
}

impl Peers {
    fn start(path: &str, threads: usize) -> Result<Option<Self>> {
        let count = threads.to_string();
        let mut command = Command::new(path);
        command.args(["-c", PROGRAM, &count]).stdin(Stdio::piped()).stdout(Stdio::piped());
        for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"] {
            command.env(name, &count);
        }
        // These two tell OpenBLAS to take the machine for another.
        command.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
        let mut python = match command.spawn() {
            Ok(python) => python,
            Err(error) => {
                say(&format!("no peers: {path} cannot be started ({error}); give --python PATH"));
                return Ok(None);
            }
        };
        let (questions, answers) = (python.stdin.take(), python.stdout.take());
        let (questions, answers) = questions.zip(answers).context("no pipe to the peers")?;
        let mut peers =
            Self { python, questions, answers: BufReader::new(answers), versions: String::new() };
        match peers.line() {
            Ok(Line::Versions { versions }) => {
                if !versions.contains("torch") {
                    say(&format!("{path} has no torch: of the peers only numpy is measured"));
                }
                peers.versions = versions;
                Ok(Some(peers))
            }
            Ok(Line::Missing { missing }) => {
                say(&format!(
                    "no peers: {path} has no {missing}; give --python PATH of one that has"
                ));
                Ok(None)
            }
            Ok(other) => bail!("the peers began with {other:?}"),
            Err(error) => {
                say(&format!("no peers: {path} did not run them ({error})"));
                Ok(None)
            }
        }
    }

    fn line(&mut self) -> Result<Line> {
        let mut text = String::new();
        if self.answers.read_line(&mut text)? == 0 {
            bail!("Python ended before it answered");
        }
        serde_json::from_str(&text).with_context(|| format!("not understood: {}", text.trim()))
    }

    /// What each peer takes for `request`.
    pub(super) fn ask(&mut self, request: &impl Serialize) -> Result<Vec<Timed>> {
        writeln!(self.questions, "{}", serde_json::to_string(request)?)
            .context("the peers have ended")?;
        let mut timed = Vec::new();
        loop {
            match self.line()? {
                Line::Timed { name, input, seconds } => timed.push(Timed { name, input, seconds }),
                Line::Failed { name, failed } => say(&format!("{name}: {failed}")),
                Line::Done { done: true } => return Ok(timed),
                other => bail!("the peers answered with {other:?}"),
            }
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // It waits for a question that will not come; one that has ended already is as good.
        let _ = self.python.kill();
        let _ = self.python.wait();
    }
}
