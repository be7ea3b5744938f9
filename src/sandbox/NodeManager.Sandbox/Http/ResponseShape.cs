namespace NodeManager.Sandbox.Http;

/// <summary>How the request wants its response sent.</summary>
internal readonly record struct ResponseShape(bool IsKeptAlive, bool AllowsGzip, bool IsHeadOnly)
{
    public static ResponseShape Of(RequestHead head) =>
        new(head.IsKeptAlive, TakesGzip(head.Header("Accept-Encoding")), head.Method == "HEAD");

    private static bool TakesGzip(string accepted)
    {
        foreach (string clause in accepted.Split(','))
        {
            string[] parts = clause.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0].Equals("gzip", StringComparison.OrdinalIgnoreCase))
                return !parts.Skip(1).Any(static part => part is "q=0" or "q=0.0" or "q=0.00" or "q=0.000");
        }

        return false;
    }
}
