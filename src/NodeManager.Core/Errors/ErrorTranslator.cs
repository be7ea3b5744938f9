using System.Net;
using System.Text.Json;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Errors;

/// <summary>
/// Turns what the client throws into what users see. The only place that does, so that the same failure reads the same everywhere.
/// </summary>
internal static class ErrorTranslator
{
    /// <summary>Null for what is a defect of ours and should be seen as that.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="cluster">What users call the cluster.</param>
    /// <param name="server">Its address.</param>
    /// <param name="target">What the operation worked on, or null.</param>
    public static NodeManagerException? Translate(Exception exception, string cluster, Uri server, object? target) => exception switch
    {
        NodeManagerException already => already,
        KubernetesException refused => Translate(refused, cluster, server, target),
        HttpRequestException or IOException => new(
            ErrorIds.ServerUnreachable, ErrorKind.ConnectionError,
            $"The API server of '{cluster}' at {server} cannot be reached: {Innermost(exception)}", target ?? server,
            "Check the address, the network and any proxy between here and the server, then try again.", exception),
        TimeoutException or OperationCanceledException => new(
            ErrorIds.ServerTimeout, ErrorKind.OperationTimeout, $"The API server of '{cluster}' at {server} did not answer in time.",
            target ?? server, "Look whether it was done nevertheless, then run the command again.", exception),
        JsonException => new(
            ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError,
            $"What answers at {server} for '{cluster}' does not answer as a Kubernetes API server does: {exception.Message}",
            target ?? server, "Check that the address is an API server's and that no proxy or login page answers in its place.", exception),
        _ => null,
    };

    private static NodeManagerException Translate(KubernetesException refused, string cluster, Uri server, object? target)
    {
        RequestInfo request = RequestOf(refused);
        target ??= request.Name.Length > 0 ? request.Name : null;
        string said = refused.Message;

        NodeManagerException Error(string id, ErrorKind kind, string message, string action) =>
            new(id, kind, message, target, action, refused);

        return refused.Code switch
        {
            HttpStatusCode.Unauthorized => Error(
                ErrorIds.Unauthorized, ErrorKind.AuthenticationError,
                $"The API server of '{cluster}' at {server} does not accept the credentials: {said}",
                "Log in again or renew the credentials of the kubeconfig's user, then connect again."),
            HttpStatusCode.Forbidden => Forbidden(refused, request, cluster, target),
            HttpStatusCode.NotFound => NotFound(refused, request, cluster, target),
            HttpStatusCode.Conflict when refused.Reason == "AlreadyExists" => Error(
                ErrorIds.AlreadyExists, ErrorKind.ResourceExists, $"It exists already in '{cluster}': {said}",
                "Take another name, or change what is there."),
            HttpStatusCode.Conflict => Error(
                ErrorIds.Conflict, ErrorKind.ResourceBusy, $"Somebody else changed it in '{cluster}' at the same time: {said}",
                "Look at what it is now, and run the command again."),
            HttpStatusCode.Gone => Error(
                ErrorIds.Expired, ErrorKind.ResourceUnavailable,
                $"The API server of '{cluster}' no longer has the state that was asked for: {said}", "Run the command again."),
            HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest => Error(
                ErrorIds.Invalid, ErrorKind.InvalidData, $"The API server of '{cluster}' refuses the values: {said}",
                "Correct the values that the message names."),
            HttpStatusCode.TooManyRequests => Error(
                ErrorIds.TooManyRequests, ErrorKind.LimitsExceeded, $"The API server of '{cluster}' has too much to do: {said}",
                "Wait a moment, or work on fewer objects at once (-ThrottleLimit)."),
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => Error(
                ErrorIds.ServerTimeout, ErrorKind.OperationTimeout, $"The API server of '{cluster}' did not finish in its time: {said}",
                "Look whether it was done nevertheless, then run the command again."),
            HttpStatusCode.ServiceUnavailable => Error(
                ErrorIds.ServerError, ErrorKind.ResourceUnavailable, $"The API server of '{cluster}' cannot serve this now: {said}",
                "Try again in a moment."),
            >= HttpStatusCode.InternalServerError => Error(
                ErrorIds.ServerError, ErrorKind.InvalidOperation, $"The API server of '{cluster}' failed with {(int)refused.Code}: {said}",
                "Try again; if it stays, the log of the API server says more."),
            _ => Error(
                ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError,
                $"'{cluster}' answered {refused.Method} {refused.Path} with {(int)refused.Code}: {said}",
                "Check that the address is an API server's and that no proxy stands in its place."),
        };
    }

    private static RequestInfo RequestOf(KubernetesException refused)
    {
        string[] pathAndQuery = refused.Path.Split('?', 2);
        return RequestInfo.Parse(refused.Method, pathAndQuery[0], pathAndQuery is [_, var query] && query.Contains("watch=", StringComparison.Ordinal));
    }

    private static NodeManagerException Forbidden(KubernetesException refused, RequestInfo request, string cluster, object? target)
    {
        if (request.Resource.Length == 0)
            return new(
                ErrorIds.Forbidden, ErrorKind.PermissionDenied, $"Not allowed in '{cluster}': {refused.Message}", target,
                "Ask an administrator of the cluster for the permission.", refused);

        string where = request is { Namespace.Length: > 0, Resource: not "namespaces" } ? $" in namespace '{request.Namespace}'" : "";
        string which = request.Name.Length > 0 ? $" '{request.Name}'" : "";
        return new(
            ErrorIds.Forbidden, ErrorKind.PermissionDenied,
            $"Not allowed to {request.Verb} {request.QualifiedResource}{which}{where} of '{cluster}': {refused.Message}", target,
            $"A role needs the verb '{request.Verb}' on the resource '{request.FullResource}' of API group '{request.Group}'; deploy/rbac.yaml has "
            + "roles that fit. If one grants it, an admission rule of the cluster refused: the message says which.",
            refused);
    }

    private static NodeManagerException NotFound(KubernetesException refused, RequestInfo request, string cluster, object? target)
    {
        // A Status that names an object; without one the path itself is unknown to the server.
        bool known = refused.Reason == "NotFound" && refused.Status?.Details?.Name is { Length: > 0 };
        if (request is { Resource: "nodes", Subresource: "", Group: "", Name.Length: > 0 } && known) return NodeNotFound(request.Name, cluster, refused);
        return known || request.Name.Length > 0
            ? new(
                ErrorIds.NotFound, ErrorKind.ObjectNotFound, $"Not found in '{cluster}': {refused.Message}", target,
                "Look at what there is; it may have been deleted meanwhile.", refused)
            : new(
                ErrorIds.NotFound, ErrorKind.ObjectNotFound,
                $"The API server of '{cluster}' does not serve {refused.Path}: {refused.Message}", target,
                "Check the address, and whether the cluster has the API that is asked for.", refused);
    }

    public static NodeManagerException NodeNotFound(string name, string cluster, Exception? cause = null) => new(
        ErrorIds.NodeNotFound, ErrorKind.ObjectNotFound, $"There is no node '{name}' in '{cluster}'.", name,
        "Get-ClusterNode shows which there are.", cause);

    /// <summary>The node of the name is not the one that was meant.</summary>
    public static NodeManagerException NodeReplaced(string name, string wanted, string? found, string cluster) => new(
        ErrorIds.NodeReplaced, ErrorKind.InvalidOperation,
        $"Node '{name}' in cluster '{cluster}' is not the node that the input describes: its UID is {found}, the input has {wanted}. It was not changed.", name,
        $"Read the node again with Get-ClusterNode {name}, and pass that object or the name.");

    /// <summary>NodeNotFound, or NodeReplaced where a node of the name was found.</summary>
    public static NodeManagerException NodeMissing(string name, string wanted, string? found, string cluster) =>
        found is null ? NodeNotFound(name, cluster) : NodeReplaced(name, wanted, found, cluster);

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message;
    }
}
