using System.Text;

namespace NodeManager.Sandbox.Http;

/// <summary>The value of a Warning header, as API servers write it (RFC 7234, code 299).</summary>
internal static class WarningHeader
{
    private const int Longest = 2048;

    public static string Format(string text)
    {
        var quoted = new StringBuilder("299 - \"");
        foreach (char character in text.Length > Longest ? text[..Longest] : text)
        {
            if (character is '"' or '\\') quoted.Append('\\');
            quoted.Append(character is < ' ' or > '~' ? ' ' : character);
        }

        return quoted.Append('"').ToString();
    }
}
