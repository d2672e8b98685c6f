#!/usr/bin/env bash
# Makes every starter model and recording anew, in the order that they need each other.
#
#   ./make_all.sh OUT            the real thing: about 5 hours on 2 cores
#   ./make_all.sh OUT --quick    every step on a tiny budget, to see that all of it runs: minutes, and it knows nothing
#
# OUT gets whisper/, argos/, voices/, test/, samples/ and work/. PYTHON names the interpreter that has
# requirements-recipe.txt installed.
set -euo pipefail
if [ $# -lt 1 ]; then
  echo "usage: $0 OUT [--quick]" >&2
  exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$out/work
cd "$(dirname "$0")"

train_size=30000 test_size=400 translator_steps=3000 translator_sentences=160000
schedule=()
if [ "${2:-}" = --quick ]; then
  train_size=60 test_size=20 translator_steps=20 translator_sentences=4000
  schedule=(--schedule '[[6,[250,400],4,1e-3,1e-3],[2,[1500],4,1e-3,1e-3]]')
fi

step() {
  printf '\n== %s\n' "$*"
  "${PYTHON:-python3}" "$@"
}

step tokens.py "$work/tokenizer.json"
step make_corpus.py "$work/train" --count "$train_size" --seed 21 --part train
step make_corpus.py "$work/test" --count "$test_size" --seed 22 --part test
step train_recogniser.py "$work" "${schedule[@]}"
step export_recogniser.py "$work/recogniser.pt" "$work/tokenizer.json" "$out/whisper"
step evaluate_recogniser.py "$out/whisper" "$work/test" --count "$test_size"
step train_translator.py en es "$out/argos" --steps "$translator_steps" --sentences "$translator_sentences"
step train_translator.py es en "$out/argos" --steps "$translator_steps" --sentences "$translator_sentences"
step make_phrasebook.py "$out/argos/translate-en_es-1_0" --sentences "$translator_sentences"
step make_phrasebook.py "$out/argos/translate-es_en-1_0" --sentences "$translator_sentences"
step make_voice.py "$out/voices/en_US-tiny-x_low.onnx" --espeak-voice en-us --pitch 120
step make_voice.py "$out/voices/es_ES-tiny-x_low.onnx" --espeak-voice es --pitch 140
step make_test_set.py "$out/test"
step demo_recording.py "$out/samples"
step check_artefacts.py "$out"
