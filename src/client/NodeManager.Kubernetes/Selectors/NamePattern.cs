using System.Text;
using System.Text.RegularExpressions;

namespace NodeManager.Kubernetes.Selectors;

/// <summary>A name or PowerShell wildcard: <c>*</c>, <c>?</c>, <c>[a-c]</c>; a backtick escapes a character. Case-insensitive.</summary>
public sealed class NamePattern
{
    private readonly Regex? _wildcard;
    private readonly string _text;

    /// <exception cref="NodeManagerException">InvalidSelector: a range in brackets ends before it begins.</exception>
    public NamePattern(string text)
    {
        _text = text;
        if (!IsWildcard(text))
            return;
        try
        {
            _wildcard = new(ToExpression(text), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (RegexParseException e)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidSelector,
                ErrorKind.InvalidArgument,
                $"'{text}' is not a valid wildcard: a range in brackets ends before it begins.",
                text,
                "Write the range in ascending order, such as [1-9]. To match a bracket itself, write `[.",
                e
            );
        }
    }

    public static bool IsValid(string text)
    {
        try
        {
            _ = new NamePattern(text);
            return true;
        }
        catch (NodeManagerException)
        {
            return false;
        }
    }

    public static Predicate<string> Any(IEnumerable<string> patterns)
    {
        NamePattern[] all = [.. patterns.Select(static pattern => new NamePattern(pattern))];
        return text => Array.Exists(all, pattern => pattern.Matches(text));
    }

    public static bool IsWildcard(string text) => text.AsSpan().ContainsAny('*', '?', '[');

    public bool Matches(string name) => _wildcard?.IsMatch(name) ?? string.Equals(_text, name, StringComparison.OrdinalIgnoreCase);

    private static string ToExpression(string pattern)
    {
        var expression = new StringBuilder("^");
        for (int at = 0; at < pattern.Length; at++)
        {
            int close;
            switch (pattern[at])
            {
                case '*':
                    expression.Append(".*");
                    break;
                case '?':
                    expression.Append('.');
                    break;
                case '[' when (close = pattern.IndexOf(']', at + 1)) > at + 1:
                    expression.Append('[');
                    foreach (char sign in pattern.AsSpan(at + 1, close - at - 1))
                    {
                        if (sign is '\\' or '^' or '[' or ']')
                            expression.Append('\\');
                        expression.Append(sign);
                    }

                    expression.Append(']');
                    at = close;
                    break;
                case '`' when at + 1 < pattern.Length:
                    expression.Append(Regex.Escape(pattern[++at].ToString()));
                    break;
                default:
                    expression.Append(Regex.Escape(pattern[at].ToString()));
                    break;
            }
        }

        return expression.Append("\\z").ToString();
    }
}
