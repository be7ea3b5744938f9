namespace NodeManager.Architecture.Tests.Texts;

/// <summary>A text of the source that a person may read: a message, a warning, a question, a tooltip.</summary>
/// <param name="File">The path from the repository's root.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">The text with <c>{}</c> in place of each interpolated value.</param>
internal sealed record SourceText(string File, int Line, string Text);
