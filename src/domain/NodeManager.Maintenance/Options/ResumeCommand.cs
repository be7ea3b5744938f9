namespace NodeManager.Maintenance.Options;

/// <summary>The command that resumes a run.</summary>
public static class ResumeCommand
{
    private const int LongestScript = 60;

    public static string Of(string run, MaintenanceRequest request) =>
        Of(run, request.Namespace, request.WorkText.Length > 0 ? request.WorkText : null, request.Options.NodeCommand)
        + (request.WorkText.Length > 0 && request.IsWorkParallel ? " -Parallel" : "")
        + (request.Options.Reboot ? " -Reboot" : "");

    /// <param name="script">
    /// The text of its script block, which has to be passed again: inline if it is short, otherwise as a variable that the user sets first.
    /// Null if the run has none; empty if its text is unknown.
    /// </param>
    /// <param name="command">
    /// The command on the nodes, likewise. Empty for one that was read from a record: its writer is not trusted with the text.
    /// </param>
    public static string Of(string run, string ns, string? script, string? command = null)
    {
        string place = ns == MaintenanceRequest.DefaultNamespace ? "" : $" -Namespace {ns}";
        string text = script?.Trim() ?? "";
        string work =
            script is null ? ""
            : text.Length is > 0 and <= LongestScript && !text.Contains('\n', StringComparison.Ordinal) ? $" -ScriptBlock {{ {text} }}"
            : " -ScriptBlock $theSameScriptBlock";
        string onNode =
            command is null ? ""
            : command.Length is > 0 and <= LongestScript && !command.Contains('\n', StringComparison.Ordinal)
                ? $" -NodeCommand '{command.Replace("'", "''", StringComparison.Ordinal)}'"
            : " -NodeCommand $theSameCommand";
        return $"Invoke-NodeMaintenance -ResumeId {run}{place}{work}{onNode}";
    }
}
