using System.Buffers;
using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Kubernetes.Selectors;

/// <summary>
/// Parses label selectors: <c>a=b,c!=d,e in (x,y),!f,g notin (z),h,i&gt;1</c>. Source:
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
/// </summary>
public static class LabelSelectorParser
{
    /// <summary>Empty text selects everything.</summary>
    /// <exception cref="NodeManagerException">InvalidSelector: the position and the expected token.</exception>
    public static LabelSelector Parse(string text)
    {
        try
        {
            return Read(text, allowsEmptySet: false);
        }
        catch (LabelSelectorException exception)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidSelector,
                ErrorKind.InvalidArgument,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The label selector '{text}' stops at position {exception.Position}: {exception.Message}."
                ),
                text,
                "Write it as kubectl takes it, for example 'zone=a,tier!=test,env in (prod,stage),!spot'.",
                exception
            );
        }
    }

    /// <summary>For a server, which also accepts <c>a in ()</c> and words its own errors.</summary>
    public static LabelSelector ParseQuery(string text) => Read(text, allowsEmptySet: true);

    private static LabelSelector Read(string text, bool allowsEmptySet)
    {
        var reader = new Reader(text);
        List<SelectorRequirement> requirements = [];
        if (reader.Next.Kind == TokenKind.End)
            return new();
        do requirements.Add(ReadRequirement(reader, allowsEmptySet));
        while (reader.Skip(TokenKind.Comma));
        reader.Take(TokenKind.End, LabelSelectorExpectation.Separator);
        return new() { MatchExpressions = requirements };
    }

    private static SelectorRequirement ReadRequirement(Reader reader, bool allowsEmptySet)
    {
        bool isAbsent = reader.Skip(TokenKind.Not);
        Token key = reader.Take(TokenKind.Text, isAbsent ? LabelSelectorExpectation.AbsentKey : LabelSelectorExpectation.Key);
        Reader.Check(key, key.Text, LabelRules.CheckKey(key.Text));
        if (isAbsent)
            return new() { Key = key.Text, Operator = "DoesNotExist" };
        Token sign = reader.Next;
        switch (sign.Kind)
        {
            case TokenKind.End or TokenKind.Comma:
                return new() { Key = key.Text, Operator = "Exists" };
            case TokenKind.Equal:
                reader.Move();
                return new()
                {
                    Key = key.Text,
                    Operator = "In",
                    Values = [ReadValue(reader, key)],
                };
            case TokenKind.NotEqual:
                reader.Move();
                return new()
                {
                    Key = key.Text,
                    Operator = "NotIn",
                    Values = [ReadValue(reader, key)],
                };
            case TokenKind.Greater or TokenKind.Less:
                reader.Move();
                return new()
                {
                    Key = key.Text,
                    Operator = sign.Kind == TokenKind.Greater ? "Gt" : "Lt",
                    Values = [ReadInteger(reader, key)],
                };
            case TokenKind.Text when sign.Text is "in" or "notin":
                reader.Move();
                return new()
                {
                    Key = key.Text,
                    Operator = sign.Text == "in" ? "In" : "NotIn",
                    Values = ReadSet(reader, key, allowsEmptySet),
                };
            default:
                throw reader.Unexpected(LabelSelectorExpectation.Operator);
        }
    }

    /// <summary>May be empty: <c>a=</c>.</summary>
    private static string ReadValue(Reader reader, Token key)
    {
        if (reader.Next.Kind is TokenKind.End or TokenKind.Comma or TokenKind.Close)
            return "";
        Token value = reader.Take(TokenKind.Text, LabelSelectorExpectation.Value);
        Reader.Check(value, key.Text, LabelRules.CheckValue(value.Text));
        return value.Text;
    }

    private static string ReadInteger(Reader reader, Token key)
    {
        Token value = reader.Take(TokenKind.Text, LabelSelectorExpectation.Integer);
        Reader.Check(
            value,
            key.Text,
            long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : "must be an integer"
        );
        return value.Text;
    }

    private static List<string> ReadSet(Reader reader, Token key, bool allowsEmpty)
    {
        reader.Take(TokenKind.Open, LabelSelectorExpectation.Open);
        if (reader.Next.Kind == TokenKind.Close && !allowsEmpty)
            throw reader.Unexpected(LabelSelectorExpectation.Value);
        List<string> values = [];
        do values.Add(ReadValue(reader, key));
        while (reader.Skip(TokenKind.Comma));
        reader.Take(TokenKind.Close, LabelSelectorExpectation.Close);
        return values;
    }

    private enum TokenKind
    {
        Text,
        Comma,
        Not,
        Equal,
        NotEqual,
        Greater,
        Less,
        Open,
        Close,
        End,
    }

    private readonly record struct Token(TokenKind Kind, int Start, int End, string Text);

    private sealed class Reader
    {
        private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n,()!=<>");

        private readonly string _text;

        public Reader(string text)
        {
            _text = text;
            Next = Read(0);
        }

        public Token Next { get; private set; }

        public void Move() => Next = Read(Next.End);

        public bool Skip(TokenKind kind)
        {
            if (Next.Kind != kind)
                return false;
            Move();
            return true;
        }

        public Token Take(TokenKind kind, LabelSelectorExpectation expected)
        {
            if (Next.Kind != kind)
                throw Unexpected(expected);
            Token taken = Next;
            Move();
            return taken;
        }

        public static void Check(Token token, string key, string? broken)
        {
            if (broken is not null)
                throw new LabelSelectorException(token.Start + 1, token.Text, key, broken);
        }

        public LabelSelectorException Unexpected(LabelSelectorExpectation expected) => new(Next.Start + 1, Next.Text, expected);

        private Token Read(int position)
        {
            while (position < _text.Length && _text[position] is ' ' or '\t' or '\r' or '\n')
                position++;
            if (position == _text.Length)
                return new(TokenKind.End, position, position, "");
            (TokenKind kind, int length) = (_text[position], position + 1 < _text.Length ? _text[position + 1] : '\0') switch
            {
                (',', _) => (TokenKind.Comma, 1),
                ('(', _) => (TokenKind.Open, 1),
                (')', _) => (TokenKind.Close, 1),
                ('>', _) => (TokenKind.Greater, 1),
                ('<', _) => (TokenKind.Less, 1),
                ('!', '=') => (TokenKind.NotEqual, 2),
                ('!', _) => (TokenKind.Not, 1),
                ('=', '=') => (TokenKind.Equal, 2),
                ('=', _) => (TokenKind.Equal, 1),
                _ => (TokenKind.Text, TextLength(position)),
            };
            return new(kind, position, position + length, _text.Substring(position, length));
        }

        private int TextLength(int start)
        {
            int length = _text.AsSpan(start).IndexOfAny(Ends);
            return length < 0 ? _text.Length - start : length;
        }
    }
}
