using NodeManager.Core.Nodes.Commands;

namespace NodeManager.Maintenance.Options;

/// <summary>The command that a maintenance runs as root on its nodes.</summary>
public static class MaintenanceCommand
{
    /// <summary>The command as it is run; null without one.</summary>
    /// <exception cref="NodeManagerException">NodeCommandInvalid; MaintenanceInvalid: a script block is given, too.</exception>
    public static string? Check(string? command, bool hasScript)
    {
        if (command is null)
            return null;
        if (!hasScript)
            return NodeCommandRequest.CheckCommand(command);
        throw new NodeManagerException(
            ErrorIds.MaintenanceInvalid,
            ErrorKind.InvalidArgument,
            "A command and a script block are both given: each is the work on a node.",
            null,
            "Use -NodeCommand or -ScriptBlock. A script block can call Invoke-NodeCommand."
        );
    }
}
