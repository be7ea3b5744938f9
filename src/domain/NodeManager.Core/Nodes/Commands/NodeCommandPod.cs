using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Core.Nodes.Commands;

/// <summary>
/// The pod of a command. Its container is root on the node: privileged, in the namespaces of the host for processes, network and IPC; nsenter
/// enters the mount namespace of process 1 and is replaced by the shell. The command sees what a login by SSH sees. <c>chroot</c> would need a
/// volume of the host's root, and <c>systemctl reboot</c> does nothing in it.
/// </summary>
public static class NodeCommandPod
{
    /// <summary>Marks the pods; the value is the id of the run.</summary>
    public const string Label = "nodemanager.io/node-command";

    // The process whose shell it is, as user@machine/process.
    private const string ShellKey = "nodemanager.io/node-shell";

    private const string RequesterKey = "nodemanager.io/requested-by";

    /// <summary>True for a pod of a command in the namespace that is theirs. A label alone could be anyone's.</summary>
    public static bool Is(Pod pod, string ns) => pod.Metadata.Namespace == ns && pod.Metadata.Labels?.ContainsKey(Label) == true;

    /// <summary>True for a pod of a shell, whose result no process reads later.</summary>
    public static bool IsShell(Pod pod) => pod.Metadata.Annotations?.ContainsKey(ShellKey) == true;

    /// <summary>True for the pod of a shell that a process of this user on this machine opened, and that no longer runs.</summary>
    /// <param name="user">The user and the machine of this process, as user@machine.</param>
    public static bool IsAbandonedShell(Pod pod, string user) =>
        pod.Metadata.Annotations?.GetValueOrDefault(ShellKey) is { } holder
        && holder.StartsWith(user + "/", StringComparison.Ordinal)
        && int.TryParse(holder.AsSpan(user.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
        && !IsRunning(process);

    /// <summary>The same for the same run, node and command: creating it again conflicts, so that a command never runs twice.</summary>
    public static string NameOf(string runId, string nodeUid, string command)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{runId}\n{nodeUid}\n{command}"));
        return "node-command-" + Convert.ToHexStringLower(hash)[..24];
    }

    /// <param name="requester">Recorded for audits.</param>
    internal static JsonObject Describe(NodeCommandRequest request, Node node, string image, string requester) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = NameOf(request.RunId, node.Metadata.Uid ?? "", request.Command),
                ["labels"] = new JsonObject { [Label] = request.RunId },
                ["annotations"] = Annotations(request, requester),
                ["ownerReferences"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "Node",
                        ["name"] = node.Metadata.Name,
                        ["uid"] = node.Metadata.Uid,
                    }
                ),
            },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = node.Metadata.Name,
                ["hostPID"] = true,
                ["hostNetwork"] = true,
                ["hostIPC"] = true,
                ["restartPolicy"] = "Never",
                ["activeDeadlineSeconds"] = (long)Math.Ceiling(request.Timeout.TotalSeconds),
                ["automountServiceAccountToken"] = false,
                ["enableServiceLinks"] = false,
                ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
                ["containers"] = new JsonArray(Container(request, image)),
            },
        };

    private static bool IsRunning(int process)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static JsonObject Annotations(NodeCommandRequest request, string requester)
    {
        JsonObject annotations = new() { [RequesterKey] = requester };
        if (request.ShellOf is { } process)
            annotations[ShellKey] = process;
        return annotations;
    }

    private static JsonObject Container(NodeCommandRequest request, string image) =>
        new()
        {
            ["name"] = "command",
            ["image"] = image,
            ["imagePullPolicy"] = "IfNotPresent",
            // Short options: nsenter of util-linux and of BusyBox have them.
            ["command"] = new JsonArray("nsenter", "-t", "1", "-m", "--", "/bin/sh", "-c"),
            // Kubernetes expands $(NAME) in arguments and reads $$ as $, which are a substitution and the process of a shell.
            ["args"] = new JsonArray(request.Command.Replace("$", "$$", StringComparison.Ordinal)),
            ["env"] = new JsonArray(
                Variable("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                Variable("HOME", "/root"),
                Variable("USER", "root"),
                Variable("LOGNAME", "root"),
                Variable("SHELL", "/bin/sh"),
                Variable("LANG", "C.UTF-8"),
                Variable("TERM", "dumb"),
                Variable("NODEMANAGER_RUN_ID", request.RunId)
            ),
            ["securityContext"] = new JsonObject
            {
                ["privileged"] = true,
                ["runAsUser"] = 0,
                ["runAsGroup"] = 0,
            },
        };

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };
}
