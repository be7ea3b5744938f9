using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>The directives before a text's first document; YamlDotNet ignores unknown ones.</summary>
internal static class YamlDirectives
{
    /// <summary>The first directive that Kubernetes' reader refuses, or null.</summary>
    public static YamlException? Check(string text)
    {
        for (var line = text.StartsWith('\uFEFF') ? 1 : 0; line < text.Length; line = TextLines.NextLine(text, line))
        {
            var content = text.AsSpan(line, TextLines.LineEnd(text, line) - line);
            if (content.StartsWith("%") && !content.StartsWith("%YAML ") && !content.StartsWith("%TAG "))
                return new SyntaxErrorException(
                    TextLines.Mark(text, line),
                    TextLines.Mark(text, line),
                    "the only directives are %YAML and %TAG"
                );
            if (!content.StartsWith("%") && !content.StartsWith("#") && !content.IsWhiteSpace())
                return null;
        }

        return null;
    }
}
