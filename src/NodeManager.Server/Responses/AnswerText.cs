namespace NodeManager.Server.Responses;

/// <summary>Texts of answers.</summary>
internal static class AnswerText
{
    /// <summary>The text; null where it is empty, so that an answer omits it.</summary>
    public static string? Filled(string text) => text.Length > 0 ? text : null;
}
