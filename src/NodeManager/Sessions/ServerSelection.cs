using System.Globalization;
using NodeManager.Pipeline;
using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Sessions;

internal static class ServerSelection
{
    /// <summary>The servers of the ports, or all. Each port without a server is an error.</summary>
    /// <param name="ports">Null for all.</param>
    /// <param name="fail">Receives ManagedServerNotFound.</param>
    public static IReadOnlyList<ServerProcess> Of(int[]? ports, Action<NodeManagerException> fail)
    {
        IReadOnlyList<ServerProcess> all = ServerRegistry.All;
        if (ports is null)
            return all;
        foreach (int port in ports.Where(port => all.All(one => one.Server.Port != port)))
        {
            fail(
                new(
                    ErrorIds.ManagedServerNotFound,
                    ErrorKind.ObjectNotFound,
                    string.Create(CultureInfo.InvariantCulture, $"This process has started no server on port {port}."),
                    port,
                    "List the servers with Get-NodeManagerServer."
                )
            );
        }

        return [.. all.Where(one => ports.Contains(one.Server.Port))];
    }

    /// <summary>Writes the sign-in link to the information stream, because a view would wrap it.</summary>
    public static void Show(NodeManagerServer server, Worker worker)
    {
        string until = server.SignInExpiresAt.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var record = new InformationRecord(
            new HostInformationMessage { Message = $"Open the console, once and by {until}: {server.SignInLink}" },
            "NodeManager"
        );
        record.Tags.Add("PSHOST");
        worker.Information(record);
    }
}
