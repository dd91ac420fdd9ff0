"""A Dutch legal encoder made from nothing that is Dutch: no Dutch model can be fetched where this is built.

    texts        what it reads: clauses, Dutch-English pairs, everyday sentences
    vocabulary   a WordPiece vocabulary over law and everyday Dutch
    alignment    which English word pieces a Dutch one answers to (IBM Model 1), to start its embedding from
    pretraining  the layers of an English sentence encoder, taught Dutch: distillation over pairs, then masked words of clauses
    similarity   SICK-NL and STS-B, the check from outside
    finetuning   kinds, strength, addressee, rule qualification and evidence on top
    exporting    one ONNX file, eight bits per weight, that runs without torch

Needs the extra ``train``; nothing that serves imports this package.
"""
