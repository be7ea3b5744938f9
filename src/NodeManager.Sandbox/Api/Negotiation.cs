namespace NodeManager.Sandbox.Api;

/// <summary>What form an answer may have.</summary>
internal static class Negotiation
{
    /// <summary>True where the client takes JSON, among others or as anything.</summary>
    public static bool IsAcceptable(string accept)
    {
        if (accept.Length == 0) return true;
        foreach (string clause in accept.Split(','))
            if (RequestBody.MediaType(clause) is "application/json" or "*/*" or "application/*") return true;
        return false;
    }
}
