"""TypeScript and JavaScript as rules see them: parsed, with what names mean and where models are called."""
