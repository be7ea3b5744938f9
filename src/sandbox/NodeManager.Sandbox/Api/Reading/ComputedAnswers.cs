using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Api.Reading;

internal static class ComputedAnswers
{
    public static ApiResponse Answer(IComputedSource source, IncomingRequest request, ResourcePath path)
    {
        if (path.Name.Length > 0)
            return ApiResponse.Json(source.Get(path.ObjectNamespace, path.Name) ?? throw StatusErrors.NotFound(path.Kind, path.Name));
        LabelQuery labels = LabelQuery.Parse(request.Query["labelSelector"]);
        var items = new JsonArray();
        foreach (JsonObject item in source.List(path.Namespace))
            if (labels.IsEmpty || labels.Matches(LabelsOf(item)))
                items.Add(item);
        return ApiResponse.Json(
            new()
            {
                ["kind"] = path.Kind.ListKind,
                ["apiVersion"] = path.ApiVersion,
                ["metadata"] = new JsonObject(),
                ["items"] = items,
            }
        );
    }

    private static Dictionary<string, string> LabelsOf(JsonObject item) =>
        (item.Object("metadata").Object("labels") ?? []).ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value ?? "");
}
