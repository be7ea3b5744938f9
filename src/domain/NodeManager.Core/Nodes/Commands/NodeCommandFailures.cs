namespace NodeManager.Core.Nodes.Commands;

public static class NodeCommandFailures
{
    /// <summary>Null for a command that succeeded, or that the caller cancelled.</summary>
    public static NodeManagerException? Of(NodeCommandResult result) =>
        result.Status switch
        {
            NodeCommandStatus.Succeeded or NodeCommandStatus.Cancelled => null,
            NodeCommandStatus.Failed => Make(
                ErrorIds.NodeCommandFailed,
                ErrorKind.InvalidOperation,
                $"The command on node '{result.Node}' ended with exit code {result.ExitCode}.",
                result,
                "Read Output of the result."
            ),
            NodeCommandStatus.TimedOut => Make(
                ErrorIds.NodeCommandTimedOut,
                ErrorKind.OperationTimeout,
                $"The command on node '{result.Node}' did not end within its timeout, and the kubelet ended it.",
                result,
                "Check the state of the node, then run the command with a longer -Timeout."
            ),
            NodeCommandStatus.NotStarted => Make(
                ErrorIds.NodeCommandNotStarted,
                ErrorKind.ResourceUnavailable,
                $"The command did not run on node '{result.Node}'.",
                result,
                "Check the image of the option nodeCommandImage, its registry, and with Test-NodeHealth the kubelet of the node."
            ),
            _ => Make(
                ErrorIds.NodeCommandLost,
                ErrorKind.OperationStopped,
                $"The end of the command on node '{result.Node}' is not known.",
                result,
                "Check on the node what was done before you run the command again."
            ),
        };

    private static NodeManagerException Make(string id, ErrorKind kind, string message, NodeCommandResult result, string action) =>
        new(id, kind, result.Message.Length > 0 ? $"{message} {result.Message}" : message, result, action);
}
