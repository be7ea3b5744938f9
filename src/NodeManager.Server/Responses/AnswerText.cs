namespace NodeManager.Server.Responses;

internal static class AnswerText
{
    /// <summary>Null for empty text, which is omitted.</summary>
    public static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
}
