"""What the address of the API itself returns."""

from pydantic import BaseModel, Field

from genonaut.api.schemas.values import example


class IndexOut(BaseModel):
    """Where everything about the API is written."""

    name: str
    version: str = Field(description="Of Genonaut.")
    documentation: str = Field(description="The page for people.")
    openapi: str = Field(description="The document for programs.")

    model_config = example(
        {
            "name": "Genonaut",
            "version": "0.1.0",
            "documentation": "/docs",
            "openapi": "/openapi.json",
        }
    )
