namespace NodeManager.Server.Responses;

internal static class AnswerText
{
    /// <summary>Null for empty text, which is omitted.</summary>
    public static string? Filled(string text) => text.Length > 0 ? text : null;
}
