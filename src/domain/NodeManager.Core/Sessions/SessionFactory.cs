using Microsoft.Extensions.Logging;
using NodeManager.Core.Errors;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Core.Sessions;

/// <summary>
/// Connects sessions. Each one reads the server's version first, so that a wrong address or credential fails immediately.
/// </summary>
public static partial class SessionFactory
{
    private static int s_sessions;

    /// <exception cref="NodeManagerException">
    /// ServerUnreachable, Unauthorized, CertificateUntrusted, or another failure of the first request.
    /// </exception>
    public static Task<NodeManagerSession> ConnectAsync(
        ClusterConfiguration configuration,
        string source,
        ILogger logger,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        foreach (string warning in configuration.Warnings)
            LogWarning(logger, warning);
        return ConnectAsync(
            KubernetesClient.Create(configuration, new() { Time = time, Logger = logger }),
            null,
            logger,
            new(
                configuration.ClusterName,
                source,
                configuration.ContextName,
                configuration.ImpersonatedUser ?? configuration.UserName,
                configuration.Namespace
            )
            {
                Groups = configuration.ImpersonatedGroups,
                Origin = configuration.Origin,
            },
            cancellationToken
        );
    }

    /// <summary>Over a custom transport, such as the embedded cluster's.</summary>
    /// <param name="cluster">The cluster's name for users.</param>
    /// <param name="server">Base address that the transport answers for.</param>
    /// <param name="owned">Disposed with the session, or if connecting fails.</param>
    public static Task<NodeManagerSession> ConnectAsync(
        string cluster,
        Uri server,
        HttpMessageHandler transport,
        IDisposable? owned,
        ILogger logger,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        ConnectAsync(
            new(server, transport, new() { Time = time, Logger = logger }),
            owned,
            logger,
            new(cluster, "Sandbox", "", "", "default"),
            cancellationToken
        );

    /// <summary>
    /// To the cluster of an existing session, over its connections and with its clock, as another user. Ends with that session.
    /// </summary>
    /// <param name="session">Its user needs the right to impersonate.</param>
    /// <param name="user">The impersonated user.</param>
    /// <param name="groups">The impersonated groups; none leaves them to the server.</param>
    public static Task<NodeManagerSession> ConnectAsAsync(
        NodeManagerSession session,
        string user,
        IReadOnlyList<string> groups,
        ILogger logger,
        CancellationToken cancellationToken
    ) =>
        ConnectAsync(
            session.Connection().Client.ActAs(user, groups),
            null,
            logger,
            new(session.Cluster, session.Source, session.Context, user, session.Namespace)
            {
                Groups = groups,
                ClusterUid = session.ClusterUid,
                ActsThrough = session.Connection(),
                Origin = session.Connection().Origin is { } origin
                    ? origin with
                    {
                        ImpersonateUser = user,
                        ImpersonateGroups = groups,
                    }
                    : null,
            },
            cancellationToken
        );

    private static async Task<NodeManagerSession> ConnectAsync(
        KubernetesClient client,
        IDisposable? owned,
        ILogger logger,
        Description description,
        CancellationToken cancellationToken
    )
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Another user of the same cluster may not have the permission to read the identity.
            Task<string> identity = description.ActsThrough is null
                ? ClusterIdentity.ReadAsync(client, attempt.Token)
                : Task.FromResult(description.ClusterUid);
            VersionInfo version = await client.GetVersionAsync(cancellationToken);
            string? uid = await ClusterIdentity.AwaitBrieflyAsync(identity, owned is not null);
            NodeManagerSession session = Open(client, owned, logger, description, version, uid);
            if (uid is null)
                _ = IdentifyAsync(session, (ClusterConnection)session.Connection!);
            return session;
        }
        catch (Exception exception)
        {
            client.Dispose();
            owned?.Dispose();
            if (
                !cancellationToken.IsCancellationRequested
                && ErrorTranslator.Translate(exception, description.Cluster, client.Server, client.Server) is { } error
            )
                throw error;
            throw;
        }
        finally
        {
            await attempt.CancelAsync();
        }
    }

    private static NodeManagerSession Open(
        KubernetesClient client,
        IDisposable? owned,
        ILogger logger,
        Description description,
        VersionInfo version,
        string? uid
    )
    {
        SessionNames.Reservation name = SessionNames.Reserve(description.Cluster, uid ?? "", client.Server);
        ClusterConnection connection = new(name.Name, client, logger, owned, name)
        {
            Origin = description.Origin,
            ActsThrough = description.ActsThrough,
        };
        LogConnected(
            logger,
            name.Name,
            description.User.Length > 0 ? description.User : "(none)",
            description.Groups.Count > 0 ? string.Join(", ", description.Groups.Select(group => $"'{group}'")) : "(decided by the server)"
        );
        NodeManagerSession session = new()
        {
            Id = Interlocked.Increment(ref s_sessions),
            Cluster = name.Name,
            ClusterUid = uid ?? "",
            Source = description.Source,
            Context = description.Context,
            Server = client.Server,
            User = description.User,
            Groups = new([.. description.Groups]),
            Namespace = description.Namespace,
            ServerVersion = version.GitVersion,
            ConnectedAt = client.Time.GetUtcNow(),
            Connection = connection,
        };
        if (description.ActsThrough is { } other)
            EndWith(other, session, connection);
        return session;
    }

    // Before the other one closes the connections that both use.
    private static void EndWith(ClusterConnection other, NodeManagerSession session, ClusterConnection connection)
    {
        CancellationTokenRegistration end = other.Closed.UnsafeRegister(static one => ((NodeManagerSession)one!).Dispose(), session);
        connection.Closed.UnsafeRegister(_ => end.Unregister(), null);
    }

    // The name was chosen without the identity. If it belongs to another cluster, the session stays without one.
    private static async Task IdentifyAsync(NodeManagerSession session, ClusterConnection connection)
    {
        string uid = await ClusterIdentity.ReadAsync(connection.Client, connection.Closed);
        if (uid.Length > 0 && connection.TryIdentify(uid))
            session.Identify(uid);
    }

    private sealed record Description(string Cluster, string Source, string Context, string User, string Namespace)
    {
        public IReadOnlyList<string> Groups { get; init; } = [];

        /// <summary>The identity of the cluster, if another session has read it.</summary>
        public string ClusterUid { get; init; } = "";

        public KubeconfigRequest? Origin { get; init; }

        public ClusterConnection? ActsThrough { get; init; }
    }
}
