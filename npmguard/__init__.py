"""npmguard: is an npm project's supply chain safe to install, ship and keep?"""

__version__ = "0.1.0"
