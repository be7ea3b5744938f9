using System.Buffers;
using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>The characters that Kubernetes' YAML reader accepts. It refuses a text with any other character, even in a comment.</summary>
internal static class YamlCharacters
{
    // YAML 1.1 allows tab, line feed, carriage return, NEL (U+0085) and everything printable.
    private static readonly SearchValues<char> Refused = SearchValues.Create([
        .. Enumerable
            .Range(0, 0xA0)
            .Select(code => (char)code)
            .Where(character => character is < ' ' or > '~' and not '\u0085')
            .Except(['\t', '\n', '\r']),
        '\uFFFE',
        '\uFFFF',
    ]);

    // As above, without characters that are escape sequences in JSON.
    private static readonly SearchValues<char> RefusedInValues = SearchValues.Create([
        .. Enumerable.Range(0x7F, 0x21).Select(code => (char)code).Where(character => character != '\u0085'),
        '\uFFFE',
        '\uFFFF',
    ]);

    /// <summary>The first refused character; null if all are accepted.</summary>
    public static YamlException? Check(string text)
    {
        var index = text.AsSpan().IndexOfAny(Refused);
        if (index < 0)
            return null;
        var mark = TextLines.Mark(text, index);
        return new SyntaxErrorException(mark, mark, $"the control character {Name(text[index])} is not allowed");
    }

    /// <summary>Why the reader refuses a scalar for its escape sequences; null if it does not.</summary>
    /// <param name="written">As written, with its quotes.</param>
    public static string? CheckEscapes(ReadOnlySpan<char> written, string value)
    {
        for (var index = 0; index + 1 < written.Length; index++)
            if (written[index] == '\\' && written[++index] == '/')
                return "YAML has no escape sequence \\/";
        var refused = value.AsSpan().IndexOfAny(RefusedInValues);
        return refused < 0 ? null : $"the control character {Name(value[refused])} is not allowed";
    }

    private static string Name(char character) => $"U+{(int)character:X4}";
}
