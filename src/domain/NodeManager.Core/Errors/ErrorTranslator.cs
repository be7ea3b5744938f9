using System.Net;
using System.Text.Json;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Errors;

/// <summary>
/// Translates the client's exceptions into NodeManager's errors. The only place that does, so that the same failure always has the same
/// message.
/// </summary>
public static class ErrorTranslator
{
    /// <summary>Null for a defect, which should surface unchanged.</summary>
    /// <param name="cluster">The cluster's name for users.</param>
    /// <param name="target">The object of the operation, or null.</param>
    public static NodeManagerException? Translate(Exception exception, string cluster, Uri server, object? target) =>
        exception switch
        {
            NodeManagerException already => already,
            KubernetesException refused => Translate(refused, cluster, server, target),
            HttpRequestException or IOException => new(
                ErrorIds.ServerUnreachable,
                ErrorKind.ConnectionError,
                $"Cannot reach the API server of cluster '{cluster}' at {server}: {Innermost(exception)}",
                target ?? server,
                "Check the address, the network and any proxy between here and the server, then try again.",
                exception
            ),
            TimeoutException or OperationCanceledException => new(
                ErrorIds.ServerTimeout,
                ErrorKind.OperationTimeout,
                $"The API server of cluster '{cluster}' at {server} did not answer in time.",
                target ?? server,
                "The change may have been applied. Check before you retry.",
                exception
            ),
            JsonException => new(
                ErrorIds.UnexpectedAnswer,
                ErrorKind.ProtocolError,
                $"The server at {server} for cluster '{cluster}' does not answer like a Kubernetes API server: {exception.Message}",
                target ?? server,
                "Check that the address belongs to an API server and that no proxy or login page answers instead.",
                exception
            ),
            _ => null,
        };

    private static NodeManagerException Translate(KubernetesException refused, string cluster, Uri server, object? target)
    {
        RequestInfo request = RequestOf(refused);
        target ??= request.Name.Length > 0 ? request.Name : null;
        string text = refused.Message;

        NodeManagerException Error(string id, ErrorKind kind, string message, string action) =>
            new(id, kind, message, target, action, refused);

        if (ServerFailure(refused, cluster) is var (serverId, serverKind, serverMessage, serverAction))
            return Error(serverId, serverKind, serverMessage, serverAction);

        return refused.Code switch
        {
            HttpStatusCode.Unauthorized => Error(
                ErrorIds.Unauthorized,
                ErrorKind.AuthenticationError,
                $"The API server of cluster '{cluster}' at {server} rejected the credentials: {text}",
                "Log in again or renew the credentials of the kubeconfig's user, then connect again."
            ),
            HttpStatusCode.Forbidden => Forbidden(refused, request, cluster, target),
            HttpStatusCode.NotFound => NotFound(refused, request, cluster, target),
            HttpStatusCode.Conflict when refused.Reason == "AlreadyExists" => Error(
                ErrorIds.AlreadyExists,
                ErrorKind.ResourceExists,
                $"The object already exists in cluster '{cluster}': {text}",
                "Choose another name, or change the existing object."
            ),
            HttpStatusCode.Conflict => Error(
                ErrorIds.Conflict,
                ErrorKind.ResourceBusy,
                $"Another client changed the object in cluster '{cluster}' concurrently: {text}",
                "Check the current state of the object, then run the command again."
            ),
            HttpStatusCode.Gone => Error(
                ErrorIds.Expired,
                ErrorKind.ResourceUnavailable,
                $"The requested resourceVersion has expired in cluster '{cluster}': {text}",
                "Run the command again."
            ),
            HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest => Error(
                ErrorIds.Invalid,
                ErrorKind.InvalidData,
                $"The API server of cluster '{cluster}' rejected the values: {text}",
                "Correct the values that the message names."
            ),
            _ => Error(
                ErrorIds.UnexpectedAnswer,
                ErrorKind.ProtocolError,
                $"Cluster '{cluster}' answered {refused.Method} {refused.Path} with status {(int)refused.Code}: {text}",
                "Check that the address belongs to an API server and that no proxy answers instead."
            ),
        };
    }

    // The server is overloaded, late or failing; null for its other answers.
    private static (string Id, ErrorKind Kind, string Message, string Action)? ServerFailure(KubernetesException refused, string cluster) =>
        refused.Code switch
        {
            HttpStatusCode.TooManyRequests => (
                ErrorIds.TooManyRequests,
                ErrorKind.LimitsExceeded,
                $"The API server of cluster '{cluster}' is overloaded: {refused.Message}",
                "Retry later, or process fewer objects concurrently with -ThrottleLimit."
            ),
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => (
                ErrorIds.ServerTimeout,
                ErrorKind.OperationTimeout,
                $"The API server of cluster '{cluster}' did not complete the request in time: {refused.Message}",
                "The change may have been applied. Check before you retry."
            ),
            HttpStatusCode.ServiceUnavailable => (
                ErrorIds.ServerError,
                ErrorKind.ResourceUnavailable,
                $"The API server of cluster '{cluster}' is unavailable: {refused.Message}",
                "Retry later."
            ),
            >= HttpStatusCode.InternalServerError => (
                ErrorIds.ServerError,
                ErrorKind.InvalidOperation,
                $"The API server of cluster '{cluster}' failed with status {(int)refused.Code}: {refused.Message}",
                "Retry. If the error persists, check the log of the API server."
            ),
            _ => null,
        };

    private static RequestInfo RequestOf(KubernetesException refused)
    {
        string[] pathAndQuery = refused.Path.Split('?', 2);
        return RequestInfo.Parse(
            refused.Method,
            pathAndQuery[0],
            pathAndQuery is [_, var query] && query.Contains("watch=", StringComparison.Ordinal)
        );
    }

    private static NodeManagerException Forbidden(KubernetesException refused, RequestInfo request, string cluster, object? target)
    {
        if (request.Resource.Length == 0)
            return new(
                ErrorIds.Forbidden,
                ErrorKind.PermissionDenied,
                $"Permission denied in cluster '{cluster}': {refused.Message}",
                target,
                "Ask an administrator of the cluster for the permission.",
                refused
            );

        string where = request is { Namespace.Length: > 0, Resource: not "namespaces" } ? $" in namespace {request.Namespace}" : "";
        string which = request.Name.Length > 0 ? $" '{request.Name}'" : "";
        return new(
            ErrorIds.Forbidden,
            ErrorKind.PermissionDenied,
            $"Permission denied: cannot {request.Verb} {request.QualifiedResource}{which}{where} in cluster '{cluster}': {refused.Message}",
            target,
            $"Grant the verb '{request.Verb}' on the resource '{request.FullResource}' of API group '{request.Group}'; deploy/rbac.yaml has "
                + "suitable roles. If a role already grants it, an admission rule denied the request; the message names it.",
            refused
        );
    }

    private static NodeManagerException NotFound(KubernetesException refused, RequestInfo request, string cluster, object? target)
    {
        // A Status that names an object; without one the server does not know the path itself.
        bool known = refused.Reason == "NotFound" && refused.Status?.Details?.Name is { Length: > 0 };
        if (request is { Resource: "nodes", Subresource: "", Group: "", Name.Length: > 0 } && known)
            return NodeNotFound(request.Name, cluster, refused);
        return known || request.Name.Length > 0
            ? new(
                ErrorIds.NotFound,
                ErrorKind.ObjectNotFound,
                $"Not found in cluster '{cluster}': {refused.Message}",
                target,
                "Check the name. The object may have been deleted.",
                refused
            )
            : new(
                ErrorIds.NotFound,
                ErrorKind.ObjectNotFound,
                $"The API server of cluster '{cluster}' does not serve {refused.Path}: {refused.Message}",
                target,
                "Check the address, and that the cluster serves this API.",
                refused
            );
    }

    public static NodeManagerException NodeNotFound(string name, string cluster, Exception? cause = null) =>
        new(
            ErrorIds.NodeNotFound,
            ErrorKind.ObjectNotFound,
            $"Node '{name}' does not exist in cluster '{cluster}'.",
            name,
            "List the nodes with Get-ClusterNode.",
            cause
        );

    /// <summary>The node of the name has another UID than expected.</summary>
    public static NodeManagerException NodeReplaced(string name, string wanted, string? found, string cluster) =>
        new(
            ErrorIds.NodeReplaced,
            ErrorKind.InvalidOperation,
            $"Node '{name}' in cluster '{cluster}' is not the node of the input: its UID is {found}, the input has {wanted}. Nothing was changed.",
            name,
            $"Read the node again with Get-ClusterNode {name}, and pass that object or the name."
        );

    /// <summary>NodeNotFound, or NodeReplaced if a node of the name was found.</summary>
    public static NodeManagerException NodeMissing(string name, string wanted, string? found, string cluster) =>
        found is null ? NodeNotFound(name, cluster) : NodeReplaced(name, wanted, found, cluster);

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message;
    }
}
