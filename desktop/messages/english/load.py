"""What is reduced so that recognition keeps up, and when it is not any more."""

TEXTS = {
    "buffered": (
        "Live recognition {what}, so text appears only when you pause; live text is tried again after {seconds:g} "
        "seconds."
    ),
    "model-not-changed": "{wanted} cannot be loaded; {used} goes on recognising.",
    "reduced-beam": "a quicker, less exact search",
    "reduced-cadence": "words every {seconds:.1f} s",
    "reduced-to-model": "{used} instead of {chosen}",
    "reduced-to-sentences": "whole sentences only",
    "reduced-to-smaller": "a smaller model",
    "slow-for-beam": "This computer is too slow now for a thorough search; some words may come out less exact.",
    "slow-for-cadence": (
        "This computer is too slow now for words every {before:.1f} s; they come every {seconds:.1f} s."
    ),
    "slow-for-model": "This computer is too slow for {chosen} now; {used} recognises.",
    "slow-for-partials": (
        "This computer is too slow now for words while they are spoken; each sentence appears when it is over."
    ),
    "slow-for-the-model": "This computer is too slow for the model now; a smaller one recognises.",
    "time-for-all": "There is time again; recognition is done as set.",
    "time-for-beam": "There is time again for a more thorough search.",
    "time-for-cadence": "There is time again; words come every {seconds:.1f} s.",
    "time-for-model": "There is time again for {used}; it recognises now.",
    "time-for-partials": "There is time again for words while they are spoken; they come every {seconds:.1f} s.",
    "time-for-the-model": "There is time again for the larger model; it recognises now.",
}
