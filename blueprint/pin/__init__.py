"""Pins a stack's base image by its digest."""
