using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>Content negotiation.</summary>
internal static class Negotiation
{
    /// <summary>The first supported representation of the Accept header with its version of meta.k8s.io; null for none.</summary>
    public static (Representation Shape, string Version, bool IsList)? Choose(string accept)
    {
        if (accept.Length == 0)
            return (Representation.Whole, "", false);
        foreach (string clause in accept.Split(','))
        {
            if (!IsKnown(RequestBody.MediaType(clause)))
                continue;
            if (Read(clause) is { } found)
                return found;
        }

        return null;
    }

    public static void Require(IncomingRequest request, ResourcePath path, int minor)
    {
        if (Choose(request.Accept) is not null)
            return;
        bool isForm =
            path.Kind.Custom is not null || request.Accept.Split(',').Any(static clause => IsKnown(RequestBody.MediaType(clause)));
        throw StatusErrors.NotAcceptable(isForm, request.Method == "GET" && path.Name.Length == 0, minor);
    }

    /// <summary>Requires list metadata for lists, and object metadata for objects.</summary>
    public static void RequireForm(ResourcePath path, bool asksForList)
    {
        bool isList = path.Name.Length == 0;
        if (asksForList != isList)
            throw StatusErrors.WrongMetadata(TypeOf(path, isList), isList);
    }

    // As in the real server: with the package of its internal type.
    private static string TypeOf(ResourcePath path, bool isList)
    {
        if (path.Kind.Custom is not null)
            return isList ? "unstructured.UnstructuredList" : "unstructured.Unstructured";
        string group = path.Kind.Group.Length == 0 ? "core" : path.Kind.Group.Split('.')[0];
        return $"{group}.{(isList ? path.Kind.ListKind : path.Kind.Kind)}";
    }

    private static bool IsKnown(string type) => type is "application/json" or "*/*" or "application/*";

    private static (Representation Shape, string Version, bool IsList)? Read(string clause)
    {
        string shape = "",
            version = "",
            group = "";
        foreach (string parameter in clause.Split(';').Skip(1))
        {
            string[] parts = parameter.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is not [var key, var value])
                continue;
            if (key == "as")
                shape = value;
            else if (key == "v")
                version = value;
            else if (key == "g")
                group = value;
        }

        return shape switch
        {
            "" => (Representation.Whole, "", false),
            _ when group != "meta.k8s.io" || version is not ("v1" or "v1beta1") => null,
            "Table" => (Representation.Table, version, false),
            "PartialObjectMetadata" or "PartialObjectMetadataList" => (
                Representation.Metadata,
                version,
                shape == "PartialObjectMetadataList"
            ),
            _ => null,
        };
    }
}
