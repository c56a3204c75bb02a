"""Compiles the translations (`make messages`); `forsyn up`, the demo and the tests do it by themselves."""

from forsyn.interfaces.translations import compile_translations

if __name__ == "__main__":
    print(f"{compile_translations()} translation files compiled.")
