namespace NodeManager.Server.Options;

/// <summary>The file of the audit.</summary>
/// <param name="MaximumBytes">A file is rotated before a line that would exceed this size.</param>
/// <param name="Count">Files that are kept, with the current one; 1 or more.</param>
internal sealed record AuditFileSettings(string Path, long MaximumBytes, int Count)
{
    public const int DefaultMegabytes = 100;
    public const int DefaultCount = 10;
}
