using System.Security.Cryptography;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Core.Nodes.Commands;

/// <summary>A command to run as root on a node, by <see cref="NodeCommandRunner"/>.</summary>
public sealed record NodeCommandRequest
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>The kubelet ends a pod after whole seconds.</summary>
    public static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(7);

    // It is an argument of a process, and is kept in the pod and in a run's record.
    private const int LongestCommand = 8192;

    public required NodeTarget Node { get; init; }

    /// <summary>A script for <c>/bin/sh</c> on the node.</summary>
    public required string Command { get; init; }

    /// <summary>With the node and the command it identifies the pod: a second request reads the result of the first one.</summary>
    public required string RunId { get; init; }

    /// <summary>The time after which the kubelet ends the command.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>How long it may take to start: images take a while to be pulled.</summary>
    internal TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The last lines of its output.</summary>
    public int Tail { get; init; } = 1000;

    /// <summary>A cancellation deletes the pod, which ends the command. Otherwise the command continues.</summary>
    public bool EndsWithCaller { get; init; }

    /// <summary>The pod stays after its end, until <see cref="NodeCommandRunner.RemoveAsync"/>.</summary>
    public bool KeepsPod { get; init; }

    /// <summary>The pod of an earlier request; if it is gone, its result is lost and the command is not repeated.</summary>
    public string? KnownPod { get; init; }

    /// <summary>The process that keeps a shell in the pod, as user@machine/process; null for a command.</summary>
    internal string? ShellOf { get; init; }

    public static string NewRunId() => RandomNumberGenerator.GetHexString(12, true);

    /// <summary>The command with line breaks as a shell reads them.</summary>
    /// <exception cref="NodeManagerException">NodeCommandInvalid.</exception>
    public static string CheckCommand(string command)
    {
        string text = command.ReplaceLineEndings("\n").Trim();
        if (text.Length == 0)
            throw Invalid("The command is empty.", "Specify a command for /bin/sh of the node.");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Invalid("The command contains a NUL character.", "Remove it: no argument of a process can contain it.");
        if (text.Length > LongestCommand)
            throw Invalid(
                $"The command has {text.Length} characters; at most {LongestCommand} are allowed.",
                "Put the script on the node, or into its image, and run it from there."
            );
        return text;
    }

    /// <exception cref="NodeManagerException">NodeCommandInvalid.</exception>
    public static void CheckTimeout(TimeSpan timeout)
    {
        if (timeout < ShortestTimeout || timeout > LongestTimeout)
            throw Invalid($"A timeout of {timeout} is not valid for a command on a node.", "Specify 1 second to 7 days.");
    }

    /// <exception cref="NodeManagerException">NodeCommandInvalid.</exception>
    public static void CheckRunId(string id)
    {
        if (id.Length == 0 || NameRules.LabelValue(id) is [_, ..])
            throw Invalid(
                $"'{id}' is not a valid id of a run.",
                "Use 1 to 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends."
            );
    }

    private static NodeManagerException Invalid(string message, string action) =>
        new(ErrorIds.NodeCommandInvalid, ErrorKind.InvalidArgument, message, null, action);
}
