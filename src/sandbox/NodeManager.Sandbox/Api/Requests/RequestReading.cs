using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Api.Requests;

internal static class RequestReading
{
    public static RequestAttributes AttributesOf(IncomingRequest request)
    {
        RequestInfo info = RequestInfo.Parse(request.Method, request.Path, request.Query.IsTrue("watch"));
        return new()
        {
            Verb = info.Verb,
            Group = info.Group,
            Resource = info.Resource,
            Subresource = info.Subresource,
            Name =
                info.Name.Length == 0 && info.Verb is "list" or "watch" or "deletecollection"
                    ? FieldQuery.NameOf(request.Query["fieldSelector"])
                    : info.Name,
            Namespace = info.Namespace,
            Path = request.Path,
        };
    }
}
