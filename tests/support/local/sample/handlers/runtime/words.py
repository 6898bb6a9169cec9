def greet(word, name):
    return f"{word}, {name}"
