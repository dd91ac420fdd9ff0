"""What an organisation has to be able to show of a model, written from the model itself.

    model_card  what it is for, how it was made, how good it is, where it fails
    data_card   the labels that ship, and a snapshot of judgements
    register    an entry for the Dutch register of algorithms (Algoritmeregister)

Every figure comes from the manifest of the model, from what was measured beside it, or from the labels; the prose around it
holds none. What only an organisation knows, it tells in a file of its own (``organisation``); nothing is made up for it.
"""
