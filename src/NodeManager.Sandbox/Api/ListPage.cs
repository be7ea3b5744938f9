namespace NodeManager.Sandbox.Api;

/// <summary>Where a list goes on: the version that its first page was made at, and the last key told.</summary>
internal readonly record struct ListPage(long Version, string Namespace, string Name)
{
    public string Encode() =>
        Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Version}\n{Namespace}\n{Name}")).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <exception cref="ApiException">400.</exception>
    public static ListPage Decode(string token)
    {
        try
        {
            string padded = token.Replace('-', '+').Replace('_', '/');
            padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
            if (System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(padded)).Split('\n') is [var version, var ns, var name] &&
                long.TryParse(version, out long number))
            {
                return new(number, ns, name);
            }
        }
        catch (FormatException)
        {
            // Answered as any other token that is none.
        }

        throw ApiErrors.BadRequest("invalid continue token: continue key is not valid: encoded key is malformed");
    }
}
