namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>The states of containers in a pod's status.</summary>
internal static class ContainerStates
{
    private const int HexPerHash = 8;
    private const int IdentityHashes = 8;

    public static JsonObject Running(string since) => new() { ["running"] = new JsonObject { ["startedAt"] = since } };

    public static JsonObject Waiting(string reason, string? message = null)
    {
        JsonObject waiting = new() { ["reason"] = reason };
        if (message is not null)
            waiting["message"] = message;
        return new() { ["waiting"] = waiting };
    }

    public static JsonObject Ended(int exitCode, string started, string finished, string? id, string? reason = null)
    {
        JsonObject terminated = new()
        {
            ["exitCode"] = exitCode,
            ["reason"] = reason ?? (exitCode == 0 ? "Completed" : "Error"),
            ["startedAt"] = started,
            ["finishedAt"] = finished,
        };
        if (id is not null)
            terminated["containerID"] = id;
        return new() { ["terminated"] = terminated };
    }

    /// <summary>64 hexadecimal digits, as containerd's.</summary>
    public static string Id(string uid, string name, long restarts)
    {
        string container = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{uid}/{name}/{restarts}");
        return "containerd://"
            + string.Create(
                IdentityHashes * HexPerHash,
                container,
                static (text, of) =>
                {
                    for (int part = 0; part < IdentityHashes; part++)
                        StableHash.Of(of, part).TryFormat(text[(part * HexPerHash)..], out _, "x8");
                }
            );
    }
}
