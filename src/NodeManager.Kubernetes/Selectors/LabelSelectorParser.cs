using System.Buffers;
using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Kubernetes.Selectors;

/// <summary>
/// Reads label selectors as users write them: <c>a=b,c!=d,e in (x,y),!f,g notin (z),h,i&gt;1</c>.
/// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
/// </summary>
public static class LabelSelectorParser
{
    /// <summary>An empty text selects everything.</summary>
    /// <exception cref="NodeManagerException">InvalidSelector: where it stops and what was expected there.</exception>
    public static LabelSelector Parse(string text)
    {
        var reader = new Reader(text);
        List<SelectorRequirement> requirements = [];
        if (reader.Next.Kind == TokenKind.End) return new();
        do requirements.Add(ReadRequirement(reader));
        while (reader.Skip(TokenKind.Comma));
        reader.Take(TokenKind.End, "',' or the end");
        return new() { MatchExpressions = requirements };
    }

    private static SelectorRequirement ReadRequirement(Reader reader)
    {
        bool isAbsent = reader.Skip(TokenKind.Not);
        Token key = reader.Take(TokenKind.Text, "a label key");
        reader.Check(key, LabelRules.CheckKey(key.Text));
        if (isAbsent) return new() { Key = key.Text, Operator = "DoesNotExist" };
        Token sign = reader.Next;
        switch (sign.Kind)
        {
            case TokenKind.End or TokenKind.Comma:
                return new() { Key = key.Text, Operator = "Exists" };
            case TokenKind.Equal:
                reader.Move();
                return new() { Key = key.Text, Operator = "In", Values = [ReadValue(reader)] };
            case TokenKind.NotEqual:
                reader.Move();
                return new() { Key = key.Text, Operator = "NotIn", Values = [ReadValue(reader)] };
            case TokenKind.Greater or TokenKind.Less:
                reader.Move();
                return new() { Key = key.Text, Operator = sign.Kind == TokenKind.Greater ? "Gt" : "Lt", Values = [ReadInteger(reader)] };
            case TokenKind.Text when sign.Text is "in" or "notin":
                reader.Move();
                return new() { Key = key.Text, Operator = sign.Text == "in" ? "In" : "NotIn", Values = ReadSet(reader) };
            default:
                throw reader.Unexpected("'=', '==', '!=', '>', '<', 'in', 'notin', ',' or the end");
        }
    }

    /// <summary>May be empty: <c>a=</c> asks for the empty value.</summary>
    private static string ReadValue(Reader reader)
    {
        if (reader.Next.Kind is TokenKind.End or TokenKind.Comma or TokenKind.Close) return "";
        Token value = reader.Take(TokenKind.Text, "a value");
        reader.Check(value, LabelRules.CheckValue(value.Text));
        return value.Text;
    }

    private static string ReadInteger(Reader reader)
    {
        Token value = reader.Take(TokenKind.Text, "an integer");
        reader.Check(value, long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "must be an integer");
        return value.Text;
    }

    private static List<string> ReadSet(Reader reader)
    {
        reader.Take(TokenKind.Open, "'('");
        if (reader.Next.Kind == TokenKind.Close) throw reader.Unexpected("a value");
        List<string> values = [];
        do values.Add(ReadValue(reader));
        while (reader.Skip(TokenKind.Comma));
        reader.Take(TokenKind.Close, "',' or ')'");
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

    /// <summary>Cuts the text into tokens and knows where it is.</summary>
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
            if (Next.Kind != kind) return false;
            Move();
            return true;
        }

        public Token Take(TokenKind kind, string expected)
        {
            if (Next.Kind != kind) throw Unexpected(expected);
            Token taken = Next;
            Move();
            return taken;
        }

        public void Check(Token token, string? broken)
        {
            if (broken is not null) throw Invalid(token, $"'{token.Text}' is not valid there: {broken}");
        }

        public NodeManagerException Unexpected(string expected) =>
            Invalid(Next, Next.Kind == TokenKind.End ? $"it ends where {expected} is expected" : $"found '{Next.Text}' where {expected} is expected");

        private NodeManagerException Invalid(Token at, string problem) => new(
            ErrorIds.InvalidSelector, ErrorKind.InvalidArgument,
            string.Create(CultureInfo.InvariantCulture, $"The label selector '{_text}' stops at position {at.Start + 1}: {problem}."),
            _text, "Write it as kubectl takes it, for example 'zone=a,tier!=test,env in (prod,stage),!spot'.");

        private Token Read(int position)
        {
            while (position < _text.Length && _text[position] is ' ' or '\t' or '\r' or '\n') position++;
            if (position == _text.Length) return new(TokenKind.End, position, position, "");
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
