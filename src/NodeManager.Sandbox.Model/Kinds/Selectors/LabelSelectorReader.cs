using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Model.Kinds.Selectors;

/// <summary>Reads the terms of a label selector, left to right.</summary>
internal sealed class LabelSelectorReader(string text)
{
    private const string Special = "=!(),<>";

    private int _at;

    public IEnumerable<LabelRequirement> ReadAll()
    {
        while (true)
        {
            yield return ReadOne();
            string separator = Next();
            if (separator.Length == 0) yield break;
            if (separator == "," && Peek() is "," or "") throw ApiErrors.BadRequest($"found '{Peek()}', expected: identifier after ','");
            if (separator != ",") throw ApiErrors.BadRequest($"found '{separator}', expected: ',' or 'end of string'");
        }
    }

    private LabelRequirement ReadOne()
    {
        string key = Next();
        if (key == "!") return new(Word("identifier"), LabelOperator.DoesNotExist, []);
        if (!IsWord(key)) throw ApiErrors.BadRequest($"found '{key}', expected: !, identifier, or 'end of string'");
        string sign = Peek();
        if (sign is "" or ",") return new(key, LabelOperator.Exists, []);
        Next();
        return sign switch
        {
            "=" or "==" => new(key, LabelOperator.In, [Value()]),
            "!=" => new(key, LabelOperator.NotIn, [Value()]),
            ">" => new(key, LabelOperator.GreaterThan, [Value()]),
            "<" => new(key, LabelOperator.LessThan, [Value()]),
            "in" => new(key, LabelOperator.In, Values()),
            "notin" => new(key, LabelOperator.NotIn, Values()),
            _ => throw LabelSelector.Unparsable($"found '{sign}', expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private string Value() => Peek() is "" or "," ? "" : Word("identifier");

    private string[] Values()
    {
        Expect("(");
        var values = new List<string>();
        while (true)
        {
            string next = Next();
            if (IsWord(next))
            {
                values.Add(next);
                next = Next();
            }
            else if (next is "," or ")")
            {
                values.Add("");
            }

            if (next == ")") return [.. values.Distinct(StringComparer.Ordinal)];
            if (next != ",") throw LabelSelector.Unparsable($"found '{next}', expected: ',' or ')'");
        }
    }

    private string Word(string what)
    {
        string word = Next();
        return IsWord(word) ? word : throw LabelSelector.Unparsable($"found '{word}', expected: {what}");
    }

    private void Expect(string token)
    {
        string found = Next();
        if (found != token) throw LabelSelector.Unparsable($"found '{found}' expected: '{token}'");
    }

    private static bool IsWord(string token) => token.Length > 0 && !Special.Contains(token[0], StringComparison.Ordinal);

    private string Peek()
    {
        int at = _at;
        string token = Next();
        _at = at;
        return token;
    }

    private string Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        if (_at >= text.Length) return "";
        int start = _at;
        if (Special.Contains(text[_at], StringComparison.Ordinal))
        {
            _at++;
            bool isDouble = _at < text.Length && text[_at] == '=' && text[start] is '=' or '!' && _at < text.Length && text[_at] == '=';
            if (isDouble) _at++;
            return text[start.._at];
        }

        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && !Special.Contains(text[_at], StringComparison.Ordinal)) _at++;
        return text[start.._at];
    }
}
